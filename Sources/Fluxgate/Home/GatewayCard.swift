public import FluxgateSeal

/// The public half of a gateway as a file: what a patient pairs with.
///
/// Three lines: `fluxgate-gateway-card-v1`, `key` with the identity key as 64 hexadecimal digits,
/// `log` with the log's verifier key (C2SP signed-note).
public struct GatewayCard: Sendable, Hashable {
  static let kind = "fluxgate-gateway-card-v1"
  public let key: VerifyingKey
  public let logVerifierKey: String

  public init(_ identity: GatewayIdentity) {
    key = identity.publicKey
    logVerifierKey = identity.logVerifierKey
  }

  /// The gateway that a patient has paired with.
  init(_ pairing: Pairing) {
    key = pairing.gateway
    logVerifierKey = pairing.logVerifierKey
  }

  public var text: String {
    "\(Self.kind)\nkey \(Digits.hexadecimal(key.bytes))\nlog \(logVerifierKey)\n"
  }

  /// Nil unless `text` is a card, whole and with nothing more.
  public init?(text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count == 4, lines[0] == Self.kind, lines[3].isEmpty, lines[1].hasPrefix("key "),
      lines[2].hasPrefix("log "), let bytes = Digits.bytes(lines[1].dropFirst(4)),
      let key = VerifyingKey(bytes: bytes), lines[2].count > 4
    else { return nil }
    self.key = key
    logVerifierKey = String(lines[2].dropFirst(4))
  }
}

/// Bytes as lower-case hexadecimal digits and back.
public enum Digits {
  public static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    var text = ""
    for byte in bytes {
      text += String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
    }
    return text
  }

  public static func bytes(_ text: some StringProtocol) -> [UInt8]? {
    let digits = text.compactMap(\.hexDigitValue)
    guard digits.count == text.count, digits.count % 2 == 0 else { return nil }
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
  }
}
