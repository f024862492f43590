/// The keys of one gateway: what it signs recordings with, and what its log signs checkpoints with.
public struct GatewayIdentity: Sendable {
  public let identity: SigningKey
  public let log: SigningKey
  /// The log's origin: visible ASCII without "+".
  public let logName: String

  /// Fresh random keys. Nil for a name that no signed note can hold.
  public init?(logName: String) {
    self.init(identity: SigningKey(), log: SigningKey(), logName: logName)
  }

  public init?(identity: SigningKey, log: SigningKey, logName: String) {
    guard KeyName.isLogName(logName) else { return nil }
    self.identity = identity
    self.log = log
    self.logName = logName
  }

  public var publicKey: VerifyingKey { identity.publicKey }

  /// The log's verifier key in the signed-note form (C2SP): name, key id, type 1 and key.
  public var logVerifierKey: String {
    let typed = [1] + log.publicKey.bytes
    let id = SHA256.digest(Array(logName.utf8) + [0x0A] + typed).prefix(4)
    return "\(logName)+\(Hexadecimal.encode(Array(id)))+\(Base64.encode(typed))"
  }
}

extension GatewayIdentity {
  /// The file `fluxgate-gateway-v1`: secret, mode 0600 at least.
  public var text: String {
    var text = KeyText(.gateway)
    text.add("log-name", logName)
    text.add("identity", identity.seed)
    text.add("log", log.seed)
    return text.finished()
  }

  public init(text: String) throws(KeyFileError) {
    var reader = try KeyTextReader(text, kind: .gateway)
    logName = try reader.value("log-name") { KeyName.isLogName($0) ? $0 : nil }
    identity = try reader.value("identity") { Base64.decode($0).flatMap(SigningKey.init(seed:)) }
    log = try reader.value("log") { Base64.decode($0).flatMap(SigningKey.init(seed:)) }
    try reader.end()
  }
}
