/// A file locked with a passphrase: age v1 (C2SP, age-encryption.org/v1) with one scrypt recipient,
/// so that the standard tool opens it too.
public enum LockedFile {
  /// log2 of scrypt's N: 256 MiB of memory and about a second.
  public static let usualWork = 18
  private static let fileKeyLength = 16

  /// Whether `file` claims to be an age file, whoever it is locked for.
  public static func isLocked(_ file: [UInt8]) -> Bool { file.starts(with: AgeHeader.intro) }

  /// - Parameter work: log2 of scrypt's N, 1...22; each step doubles a guesser's work and memory.
  public static func lock(
    _ content: [UInt8], passphrase: [UInt8], work: Int = usualWork
  ) throws(LockError) -> [UInt8] {
    var fileKey = RandomBytes.make(fileKeyLength)
    defer { fileKey.wipe() }
    let stanza = try ScryptStanza.wrap(fileKey, passphrase: passphrase, work: work)
    return AgeHeader.encode([stanza], fileKey: fileKey)
      + AgePayload.seal(content, fileKey: fileKey)
  }

  public static func unlock(_ file: [UInt8], passphrase: [UInt8]) throws(LockError) -> [UInt8] {
    let header = try AgeHeader(file)
    var fileKey = try ScryptStanza.unwrap(header.stanzas, passphrase: passphrase)
    defer { fileKey.wipe() }
    return try content(of: file, under: header, fileKey: fileKey)
  }

  /// What lies behind `header`, once its code fits.
  static func content(
    of file: [UInt8], under header: AgeHeader, fileKey: [UInt8]
  ) throws(LockError) -> [UInt8] {
    guard header.fits(fileKey) else { throw .changedHeader }
    return try AgePayload.open(Array(file[header.length...]), fileKey: fileKey)
  }
}
