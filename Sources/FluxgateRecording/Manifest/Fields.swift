internal import FluxgateSeal

/// Takes named fields out of a CBOR map, and refuses what is left.
struct Fields {
  private var left: [String: CBOR] = [:]

  init(_ value: CBOR) throws(DocumentFault) {
    guard case .map(let pairs) = value else { throw .encoding }
    for pair in pairs {
      guard let key = pair.key.textValue else { throw .encoding }
      left[key] = pair.value
    }
  }

  mutating func take(_ key: String) throws(DocumentFault) -> CBOR {
    guard let value = left.removeValue(forKey: key) else { throw .field(key) }
    return value
  }

  mutating func optional(_ key: String) -> CBOR? { left.removeValue(forKey: key) }

  mutating func number<Number: FixedWidthInteger>(
    _ key: String, as: Number.Type = Number.self
  ) throws(DocumentFault) -> Number {
    guard let value = try take(key).uint, let number = Number(exactly: value) else {
      throw .field(key)
    }
    return number
  }

  mutating func integer(_ key: String) throws(DocumentFault) -> Int64 {
    guard let value = try take(key).int else { throw .field(key) }
    return value
  }

  mutating func bytes(_ key: String, count: Int? = nil) throws(DocumentFault) -> [UInt8] {
    guard let value = try take(key).bytesValue, count == nil || value.count == count else {
      throw .field(key)
    }
    return value
  }

  mutating func array(_ key: String) throws(DocumentFault) -> [CBOR] {
    guard let value = try take(key).arrayValue else { throw .field(key) }
    return value
  }

  mutating func flag(_ key: String) throws(DocumentFault) -> Bool {
    guard case .bool(let value) = try take(key) else { throw .field(key) }
    return value
  }

  mutating func format() throws(DocumentFault) {
    guard try number("format", as: Int.self) == 1 else { throw .field("format") }
  }

  func end() throws(DocumentFault) {
    if let extra = left.keys.min() { throw .field(extra) }
  }
}

extension CBOR {
  /// A map with text keys.
  static func fields(_ fields: [String: CBOR]) -> CBOR {
    .map(fields.map { CBORPair(key: .text($0.key), value: $0.value) })
  }
}
