extension CBOR {
  /// Reads exactly one deterministic value.
  public static func decode(_ bytes: [UInt8]) throws(CBORError) -> CBOR {
    var reader = CBORReader(bytes: bytes)
    let value = try reader.value(depth: 0)
    guard reader.offset == bytes.count else { throw .trailing(offset: reader.offset) }
    return value
  }
}

/// Refuses whatever the encoder would not have written.
private struct CBORReader {
  static let deepest = 16
  let bytes: [UInt8]
  var offset = 0

  mutating func value(depth: Int) throws(CBORError) -> CBOR {
    guard depth < Self.deepest else { throw .tooDeep(offset: offset) }
    let start = offset
    let first = try byte()
    if first >= 0xE0 { return try simple(first, at: start) }
    let argument = try argument(first & 31, at: start)
    switch first >> 5 {
    case 0: return .unsigned(argument)
    case 1: return .negative(argument)
    case 2: return .bytes(try take(argument))
    case 3: return .text(try text(argument))
    case 4: return .array(try list(argument, depth: depth))
    case 5: return .map(try pairs(argument, depth: depth))
    default: throw .unsupported(offset: start)
    }
  }

  private func simple(_ first: UInt8, at start: Int) throws(CBORError) -> CBOR {
    switch first {
    case 0xF4: .bool(false)
    case 0xF5: .bool(true)
    case 0xF6: .null
    default: throw .unsupported(offset: start)
    }
  }

  private mutating func byte() throws(CBORError) -> UInt8 {
    guard offset < bytes.count else { throw .truncated(offset: offset) }
    defer { offset += 1 }
    return bytes[offset]
  }

  private mutating func argument(_ code: UInt8, at start: Int) throws(CBORError) -> UInt64 {
    guard code >= 24 else { return UInt64(code) }
    guard code <= 27 else { throw .unsupported(offset: start) }
    let size = 1 << Int(code - 24)
    var value: UInt64 = 0
    for _ in 0..<size { value = value << 8 | UInt64(try byte()) }
    let least: UInt64 = size == 1 ? 24 : 1 << (UInt64(size) * 4)
    guard value >= least else { throw .notShortest(offset: start) }
    return value
  }

  private mutating func take(_ count: UInt64) throws(CBORError) -> [UInt8] {
    guard count <= UInt64(bytes.count - offset) else { throw .truncated(offset: offset) }
    defer { offset += Int(count) }
    return [UInt8](bytes[offset..<offset + Int(count)])
  }

  private mutating func text(_ count: UInt64) throws(CBORError) -> String {
    let start = offset
    let taken = try take(count)
    guard let text = String(validating: taken, as: UTF8.self) else { throw .badText(offset: start) }
    return text
  }

  private mutating func list(_ count: UInt64, depth: Int) throws(CBORError) -> [CBOR] {
    // Each element takes a byte at least: a count beyond the bytes cannot be honest.
    guard count <= UInt64(bytes.count - offset) else { throw .truncated(offset: offset) }
    var values: [CBOR] = []
    for _ in 0..<count { values.append(try value(depth: depth + 1)) }
    return values
  }

  private mutating func pairs(_ count: UInt64, depth: Int) throws(CBORError) -> [CBORPair] {
    guard count <= UInt64(bytes.count - offset) / 2 else { throw .truncated(offset: offset) }
    var pairs: [CBORPair] = []
    var last: ArraySlice<UInt8> = []
    for _ in 0..<count {
      let start = offset
      let key = try value(depth: depth + 1)
      let coded = bytes[start..<offset]
      guard pairs.isEmpty || last.lexicographicallyPrecedes(coded) else {
        throw .keysOutOfOrder(offset: start)
      }
      last = coded
      pairs.append(CBORPair(key: key, value: try value(depth: depth + 1)))
    }
    return pairs
  }
}
