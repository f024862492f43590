internal import FluxgateSeal

/// Names one consent record for ever: 16 random bytes, never used twice.
public struct ConsentID: Hashable, Sendable, Comparable, CustomStringConvertible {
  public static let byteCount = 16
  /// 16 bytes.
  public let bytes: [UInt8]

  public static func random() -> ConsentID { ConsentID(made: RandomBytes.make(byteCount)) }

  /// Nil for another number of bytes than 16.
  public init?(bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    self.bytes = bytes
  }

  private init(made bytes: [UInt8]) { self.bytes = bytes }

  /// Nil unless it is 32 lower-case hexadecimal digits.
  public init?(text: some StringProtocol) {
    let digits = text.utf8.compactMap { Self.digits.firstIndex(of: $0) }
    guard digits.count == 2 * Self.byteCount, text.utf8.count == digits.count else { return nil }
    bytes = stride(from: 0, to: digits.count, by: 2).map {
      UInt8(digits[$0] << 4 | digits[$0 + 1])
    }
  }

  /// 32 lower-case hexadecimal digits.
  public var text: String {
    String(
      decoding: bytes.flatMap { [Self.digits[Int($0 >> 4)], Self.digits[Int($0 & 15)]] },
      as: UTF8.self)
  }

  public var description: String { text }

  public static func < (left: ConsentID, right: ConsentID) -> Bool {
    left.bytes.lexicographicallyPrecedes(right.bytes)
  }

  private static let digits = Array("0123456789abcdef".utf8)
}
