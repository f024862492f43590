public import FluxgateSeal

/// A passphrase to lock key files with, and how hard guessing it shall be.
public struct KeyLock: Sendable {
  private let passphrase: [UInt8]
  private let work: Int

  /// - Parameter work: log2 of scrypt's N, 10...22; 18 takes 256 MiB and about a second.
  public init(passphrase: [UInt8], work: Int = LockedFile.usualWork) throws(Fault) {
    guard 10...22 ~= work else {
      throw Fault(
        "K17", "2^\(work) steps of work are too few or too many", remedy: "give 10 to 22",
        exit: .refused)
    }
    self.passphrase = passphrase
    self.work = work
  }

  /// Locks the secret key file `path` where it is. A locked one is opened first, and so gets another
  /// passphrase. A kill leaves the old or the new file.
  ///
  /// - Returns: whether it was locked before.
  public func lock(_ path: String, opening old: PassphraseSource) throws(Fault) -> Bool {
    let wasLocked = LockedFile.isLocked(try DurableFile.read(path))
    let text = try KeyFiles.secretText(path, old)
    try Self.check(text, path)
    try DurableFile.replace(path, with: try locked(text, path))
    return wasLocked
  }

  /// The bytes of a key file, locked if there is a lock.
  public static func bytes(
    _ text: String, _ path: String, _ lock: KeyLock?
  ) throws(Fault) -> [UInt8] {
    try lock?.locked(text, path) ?? Array(text.utf8)
  }

  private func locked(_ text: String, _ path: String) throws(Fault) -> [UInt8] {
    do throws(LockError) {
      return try LockedFile.lock(Array(text.utf8), passphrase: passphrase, work: work)
    } catch {
      throw .locked(error, path)
    }
  }

  /// Only a whole secret is worth a lock: a public key would be lost to those who need it.
  private static func check(_ text: String, _ path: String) throws(Fault) {
    if (try? GatewayIdentity(text: text)) != nil { return }
    _ = try KeyFiles.parse(path, text) { (text) throws(KeyFileError) in
      try PatientSecret(text: text)
    }
  }
}
