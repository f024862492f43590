extension SigningKey {
  /// A signature over `domain` 00 `bytes`, so that no signature can be passed off as one of another
  /// purpose.
  public func sign(_ bytes: [UInt8], domain: String) -> [UInt8] {
    sign([UInt8](domain.utf8) + [0] + bytes)
  }
}

extension VerifyingKey {
  public func verifies(_ signature: [UInt8], over bytes: [UInt8], domain: String) -> Bool {
    verifies(signature, over: [UInt8](domain.utf8) + [0] + bytes)
  }
}

/// A short name for a key that people compare by eye: 16 bytes of SHA-256 as groups of four.
public struct Fingerprint: Hashable, Sendable, CustomStringConvertible {
  public static let byteCount = 16
  public let bytes: [UInt8]

  public init?(bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    self.bytes = bytes
  }

  init(domain: String, _ key: [UInt8]) {
    bytes = [UInt8](SHA256.digest([UInt8](domain.utf8) + [0] + key).prefix(Self.byteCount))
  }

  public var hex: String { Hex.text(bytes) }

  public var description: String {
    let digits = Array(hex)
    return stride(from: 0, to: digits.count, by: 4).map { String(digits[$0..<$0 + 4]) }
      .joined(separator: " ")
  }
}

extension VerifyingKey {
  public var fingerprint: Fingerprint { Fingerprint(domain: "fluxgate/v1/gateway", bytes) }
}

/// Bytes as lower-case hexadecimal digits and back.
public enum Hex {
  public static func text(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  /// Nil unless `text` is an even number of lower-case digits.
  public static func bytes(_ text: String) -> [UInt8]? {
    let values = text.utf8.map { digit -> UInt8? in
      switch digit {
      case 0x30...0x39: digit - 0x30
      case 0x61...0x66: digit - 0x61 + 10
      default: nil
      }
    }
    guard values.count % 2 == 0 else { return nil }
    var bytes: [UInt8] = []
    for pair in stride(from: 0, to: values.count, by: 2) {
      guard let high = values[pair], let low = values[pair + 1] else { return nil }
      bytes.append(high << 4 | low)
    }
    return bytes
  }
}
