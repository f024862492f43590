/// The key of a vault server: what its log signs checkpoints with. It opens no data.
public struct VaultIdentity: Sendable {
  public let log: SigningKey
  /// The log's origin: visible ASCII without "+".
  public let logName: String

  /// A fresh random key. Nil for a name that no signed note can hold.
  public init?(logName: String) {
    guard KeyName.isLogName(logName) else { return nil }
    log = SigningKey()
    self.logName = logName
  }
}

extension VaultIdentity {
  /// The file `fluxgate-vault-v1`: secret, mode 0600 at least.
  public var text: String {
    var text = KeyText(.vault)
    text.add("log-name", logName)
    text.add("log", log.seed)
    return text.finished()
  }

  public init(text: String) throws(KeyFileError) {
    var reader = try KeyTextReader(text, kind: .vault)
    logName = try reader.value("log-name") { KeyName.isLogName($0) ? $0 : nil }
    log = try reader.value("log") { Base64.decode($0).flatMap(SigningKey.init(seed:)) }
    try reader.end()
  }
}
