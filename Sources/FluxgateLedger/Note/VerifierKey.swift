public import FluxgateSeal

/// The public key of a log or a witness with its name (C2SP signed-note).
///
/// As text: `<name>+<8 hex digits of the key id>+<base64(type byte, public key)>`.
public struct VerifierKey: Hashable, Sendable {
  public let name: String
  public let type: SignatureType
  public let key: VerifyingKey
  /// The first 4 bytes of SHA-256(name, LF, type byte, public key), big-endian.
  public let id: UInt32

  /// Nil for a name that no note can hold, or a type that Fluxgate does not check.
  public init?(name: String, key: VerifyingKey, type: SignatureType = .ed25519) {
    guard KeyName.isValid(name), type.isSupported else { return nil }
    self.name = name
    self.type = type
    self.key = key
    id = Self.id(name: name, typed: [type.rawValue] + key.bytes)
  }

  public init(_ text: String) throws(NoteError) {
    let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, KeyName.isValid(parts[0]), let typed = Base64.decode(parts[2]),
      let first = typed.first
    else { throw .malformedKey }
    let id = Self.id(name: String(parts[0]), typed: typed)
    guard parts[1].isSpelled(like: Self.hexadecimal(id)) else { throw .wrongKeyID }
    guard let type = SignatureType(rawValue: first), type.isSupported else {
      throw .unsupportedKey(type: first)
    }
    guard let key = VerifyingKey(bytes: [UInt8](typed.dropFirst())),
      let made = VerifierKey(name: String(parts[0]), key: key, type: type)
    else { throw .malformedKey }
    self = made
  }

  public var text: String {
    "\(name)+\(Self.hexadecimal(id))+\(Base64.encode([type.rawValue] + key.bytes))"
  }

  public static func == (left: VerifierKey, right: VerifierKey) -> Bool {
    left.key == right.key && left.type == right.type && left.name.isSpelled(like: right.name)
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(id)
    hasher.combine(key)
  }

  private static func id(name: String, typed: [UInt8]) -> UInt32 {
    let digest = SHA256.digest(Array(name.utf8) + [0x0A] + typed)
    return digest.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
  }

  private static func hexadecimal(_ id: UInt32) -> String {
    let digits = String(id, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }
}
