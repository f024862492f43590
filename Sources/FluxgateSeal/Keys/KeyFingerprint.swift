/// The short name of a patient's or grantee's public key, for people to compare.
public struct KeyFingerprint: Hashable, Sendable, CustomStringConvertible {
  public static let byteCount = 16
  /// 16 bytes.
  public let bytes: [UInt8]

  public init?(bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    self.bytes = bytes
  }

  init(kem: [UInt8], signing: VerifyingKey) {
    let digest = SHA256.digest(separated("fluxgate/v1/patient", kem + signing.bytes))
    bytes = Array(digest.prefix(Self.byteCount))
  }

  /// Nil unless spelled exactly as `text` spells it.
  public init?(text: String) {
    guard let bytes = Hexadecimal.decode(text.filter { $0 != "-" }) else { return nil }
    self.init(bytes: bytes)
    guard self.text == text else { return nil }
  }

  /// Eight groups of four hexadecimal digits, joined by "-".
  public var text: String {
    let digits = Array(Hexadecimal.encode(bytes))
    return stride(from: 0, to: digits.count, by: 4)
      .map { String(digits[$0..<$0 + 4]) }
      .joined(separator: "-")
  }

  public var description: String { text }
}

/// Lower-case hexadecimal digits, two a byte.
enum Hexadecimal {
  private static let digits = Array("0123456789abcdef".utf8)

  static func encode(_ bytes: [UInt8]) -> String {
    String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  static func decode(_ text: String) -> [UInt8]? {
    let values = text.utf8.compactMap { digits.firstIndex(of: $0) }
    guard values.count == text.utf8.count, values.count % 2 == 0 else { return nil }
    return stride(from: 0, to: values.count, by: 2)
      .map { UInt8(values[$0] << 4 | values[$0 + 1]) }
  }
}
