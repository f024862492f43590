/// Lower-case hexadecimal digits, two a byte.
func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

/// The bytes of a recording's id; nil unless it is 32 lower-case hexadecimal digits.
func recordingID(_ text: some StringProtocol) -> [UInt8]? {
  let digits = text.utf8.compactMap { digit -> UInt8? in
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    default: nil
    }
  }
  guard digits.count == 32, text.utf8.count == 32 else { return nil }
  return stride(from: 0, to: 32, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

/// Decimal, at least eight digits, so that names sort as numbers do.
func padded(_ number: UInt32) -> String {
  let digits = String(number)
  return String(repeating: "0", count: max(0, 8 - digits.count)) + digits
}

/// The number of a manifest or proof; nil unless it is spelled as ``padded(_:)`` does, from 1.
func segmentNumber(_ text: Substring) -> UInt32? {
  guard let number = UInt32(text), number > 0, padded(number) == text else { return nil }
  return number
}
