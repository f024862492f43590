/// Standard base64 with padding (RFC 4648 section 4), one spelling for each byte string.
public enum Base64 {
  private static let alphabet = [UInt8](
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let padding = UInt8(ascii: "=")

  private static let values: [UInt8?] = {
    var table = [UInt8?](repeating: nil, count: 256)
    for (value, character) in alphabet.enumerated() { table[Int(character)] = UInt8(value) }
    return table
  }()

  public static func encode(_ bytes: some Collection<UInt8>) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    var rest = bytes[...]
    while !rest.isEmpty {
      append(rest.prefix(3), to: &text)
      rest = rest.dropFirst(3)
    }
    return String(decoding: text, as: UTF8.self)
  }

  private static func append(_ group: some Collection<UInt8>, to text: inout [UInt8]) {
    var bits: UInt32 = 0
    for byte in group { bits = bits << 8 | UInt32(byte) }
    bits <<= UInt32(8 * (3 - group.count))
    for place in 0..<4 {
      let value = bits >> UInt32(18 - 6 * place) & 63
      text.append(place <= group.count ? alphabet[Int(value)] : padding)
    }
  }

  /// Nil for other characters, missing padding, and unused bits that are not zero.
  public static func decode(_ text: some StringProtocol) -> [UInt8]? {
    let characters = [UInt8](text.utf8)
    guard characters.count % 4 == 0 else { return nil }
    let padded = characters.suffix(2).filter { $0 == padding }.count
    guard let bytes = unpadded(characters.dropLast(padded)) else { return nil }
    return encode(bytes).utf8.elementsEqual(characters) ? bytes : nil
  }

  private static func unpadded(_ characters: ArraySlice<UInt8>) -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(characters.count / 4 * 3 + 2)
    var (bits, count) = (UInt32(0), 0)
    for character in characters {
      guard let value = values[Int(character)] else { return nil }
      bits = bits << 6 & 0xFFFF | UInt32(value)
      count += 6
      guard count >= 8 else { continue }
      count -= 8
      bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
    }
    return bytes
  }
}
