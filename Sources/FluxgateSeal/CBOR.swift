/// A value of deterministic CBOR (RFC 8949 section 4.2): one value, one byte string.
///
/// No floats: what is signed holds integers, bytes, texts, lists and maps only.
public enum CBOR: Hashable, Sendable {
  case unsigned(UInt64)
  /// The value -1 - n.
  case negative(UInt64)
  case bytes([UInt8])
  case text(String)
  case array([CBOR])
  case map([CBORPair])
  case bool(Bool)
  case null

  public static func int(_ value: Int64) -> CBOR {
    value >= 0 ? .unsigned(UInt64(value)) : .negative(UInt64(-1 - value))
  }

  /// A map with text keys, in any order: encoding sorts.
  public static func map(_ fields: KeyValuePairs<String, CBOR>) -> CBOR { record(fields) }

  /// The same, where `map` alone would be ambiguous.
  public static func record(_ fields: KeyValuePairs<String, CBOR>) -> CBOR {
    .map(fields.map { CBORPair(key: .text($0.key), value: $0.value) })
  }

  public var uint: UInt64? { if case .unsigned(let value) = self { value } else { nil } }
  public var int: Int64? {
    switch self {
    case .unsigned(let value): Int64(exactly: value)
    case .negative(let value): Int64(exactly: value).map { -1 - $0 }
    default: nil
    }
  }
  public var bytesValue: [UInt8]? { if case .bytes(let value) = self { value } else { nil } }
  public var textValue: String? { if case .text(let value) = self { value } else { nil } }
  public var arrayValue: [CBOR]? { if case .array(let value) = self { value } else { nil } }
  public var mapValue: [CBORPair]? { if case .map(let value) = self { value } else { nil } }
  public var boolValue: Bool? { if case .bool(let value) = self { value } else { nil } }

  public subscript(key: String) -> CBOR? {
    guard case .map(let pairs) = self else { return nil }
    return pairs.first { $0.key == .text(key) }?.value
  }

  public func encoded() -> [UInt8] {
    var bytes: [UInt8] = []
    write(into: &bytes)
    return bytes
  }

  private func write(into bytes: inout [UInt8]) {
    switch self {
    case .unsigned(let value): Self.head(0, value, &bytes)
    case .negative(let value): Self.head(1, value, &bytes)
    case .bytes(let value):
      Self.head(2, UInt64(value.count), &bytes)
      bytes += value
    case .text(let value):
      Self.head(3, UInt64(value.utf8.count), &bytes)
      bytes += value.utf8
    case .array(let values):
      Self.head(4, UInt64(values.count), &bytes)
      for value in values { value.write(into: &bytes) }
    case .map(let pairs): Self.write(pairs, into: &bytes)
    case .bool(let value): bytes.append(value ? 0xF5 : 0xF4)
    case .null: bytes.append(0xF6)
    }
  }

  private static func write(_ pairs: [CBORPair], into bytes: inout [UInt8]) {
    head(5, UInt64(pairs.count), &bytes)
    let coded = pairs.map { ($0.key.encoded(), $0.value) }
      .sorted { $0.0.lexicographicallyPrecedes($1.0) }
    precondition(zip(coded, coded.dropFirst()).allSatisfy { $0.0 != $1.0 }, "a key occurs twice")
    for (key, value) in coded {
      bytes += key
      value.write(into: &bytes)
    }
  }

  private static func head(_ major: UInt8, _ value: UInt64, _ bytes: inout [UInt8]) {
    bytes += head(major, value)
  }

  /// The first bytes of an item: major type and its argument in the shortest form.
  static func head(_ major: UInt8, _ value: UInt64) -> [UInt8] {
    let top = major << 5
    if value < 24 { return [top | UInt8(value)] }
    let power = value <= 0xFF ? 0 : value <= 0xFFFF ? 1 : value <= 0xFFFF_FFFF ? 2 : 3
    let places = (0..<1 << power).reversed()
    return [top | UInt8(24 + power)]
      + places.map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
  }
}

public struct CBORPair: Hashable, Sendable {
  public var key: CBOR
  public var value: CBOR

  public init(key: CBOR, value: CBOR) {
    self.key = key
    self.value = value
  }
}

/// Why bytes are not deterministic CBOR; `offset` is the first byte at fault.
public enum CBORError: Error, Hashable, Sendable {
  case truncated(offset: Int)
  case notShortest(offset: Int)
  case unsupported(offset: Int)
  case badText(offset: Int)
  case keysOutOfOrder(offset: Int)
  case tooDeep(offset: Int)
  case trailing(offset: Int)
}
