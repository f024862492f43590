/// The key of one witness and the name that its cosignatures bear.
public struct WitnessIdentity: Sendable {
  public let key: SigningKey
  /// Visible ASCII without "+", like a URL without scheme.
  public let name: String

  /// A fresh random key. Nil for a name that no signed note can hold.
  public init?(name: String) { self.init(name: name, key: SigningKey()) }

  public init?(name: String, key: SigningKey) {
    guard KeyName.isLogName(name) else { return nil }
    self.key = key
    self.name = name
  }

  /// The file `fluxgate-witness-v1`: secret.
  public var text: String {
    var text = KeyText(.witness)
    text.add("name", name)
    text.add("key", key.seed)
    return text.finished()
  }

  public init(text: String) throws(KeyFileError) {
    var reader = try KeyTextReader(text, kind: .witness)
    name = try reader.value("name") { KeyName.isLogName($0) ? $0 : nil }
    key = try reader.value("key") { Base64.decode($0).flatMap(SigningKey.init(seed:)) }
    try reader.end()
  }
}
