/// Where the passphrase of a key file comes from: a file that an option or the environment names,
/// else the terminal, which shows nothing of it.
public struct PassphraseSource: Sendable {
  /// A new passphrase of fewer bytes is refused.
  static let shortest = 8
  private let file: String?

  /// - Parameter file: by default the one that `FLUXGATE_PASSPHRASE_FILE` names, if any.
  public init(file: String? = nil) {
    self.file = file ?? GatewayHome.environment("FLUXGATE_PASSPHRASE_FILE")
  }

  private init(noFile: Void) { file = nil }

  /// The terminal alone, whatever the environment names.
  public static let terminal = PassphraseSource(noFile: ())

  /// The passphrase that opens the key file `path`.
  public func existing(for path: String) throws(Fault) -> [UInt8] {
    if let file { return try Self.line(of: file) }
    guard let typed = try PassphrasePrompt.ask("Passphrase of \(path): ") else {
      throw Fault(
        "K11", "\(path) is locked with a passphrase",
        remedy: "give --passphrase-file FILE, set FLUXGATE_PASSPHRASE_FILE, or use a terminal",
        exit: .refused)
    }
    return typed
  }

  /// A passphrase to lock `path` with, typed twice on a terminal; nil where neither a file nor a
  /// terminal gives one.
  public func fresh(for path: String) throws(Fault) -> [UInt8]? {
    let passphrase: [UInt8]
    if let file {
      passphrase = try Self.line(of: file)
    } else {
      guard let typed = try PassphrasePrompt.ask("New passphrase for \(path): "),
        let again = try PassphrasePrompt.ask("The same again: ")
      else { return nil }
      guard typed == again else { throw Self.unfit("the two passphrases differ") }
      passphrase = typed
    }
    guard passphrase.count >= Self.shortest else {
      throw Self.unfit("a new passphrase has \(Self.shortest) characters at least")
    }
    return passphrase
  }

  /// The one line that a passphrase file holds.
  public static func line(of file: String) throws(Fault) -> [UInt8] {
    var bytes = try DurableFile.read(file)
    if bytes.last == 0x0A { bytes.removeLast() }
    if bytes.last == 0x0D { bytes.removeLast() }
    guard 1...1024 ~= bytes.count, bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
      throw Fault(
        "K14", "\(file) holds no passphrase",
        remedy: "put it into the file as one line of at most 1024 bytes", exit: .refused)
    }
    return bytes
  }

  private static func unfit(_ reason: String) -> Fault {
    Fault(
      "K15", reason, state: "Nothing was written.", remedy: "try again: four words are a good one",
      exit: .refused)
  }
}
