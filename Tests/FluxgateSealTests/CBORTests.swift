import Testing

@testable import FluxgateSeal

@Suite struct CBORTests {
  @Test func `a record comes back as it went, keys sorted`() throws {
    let value = CBOR.record([
      "zz": .int(-5), "a": .unsigned(1 << 40), "b": .array([.null, .bool(true), .bytes([1, 2])]),
      "text": .text("fT/√Hz"),
    ])
    let bytes = value.encoded()
    let back = try CBOR.decode(bytes)
    #expect(back.encoded() == bytes)
    #expect(back["zz"]?.int == -5 && back["a"]?.uint == 1 << 40)
    #expect(back["text"]?.textValue == "fT/√Hz")
  }

  @Test(
    arguments: [
      ([0x18, 0x17], CBORError.notShortest(offset: 0)), ([0x19, 0, 0xFF], .notShortest(offset: 0)),
      ([0x1A, 0, 0, 0xFF, 0xFF], .notShortest(offset: 0)), ([0x01, 0x01], .trailing(offset: 1)),
      ([0x42, 0x01], .truncated(offset: 1)), ([0x61, 0xFF], .badText(offset: 1)),
      ([0xA2, 0x02, 0x00, 0x01, 0x00], .keysOutOfOrder(offset: 3)),
      ([0xA2, 0x01, 0x00, 0x01, 0x00], .keysOutOfOrder(offset: 3)),
      ([0xF9, 0, 0], .unsupported(offset: 0)), ([0x5F, 0xFF], .unsupported(offset: 0)),
      ([0xC0, 0x00], .unsupported(offset: 0)),
      ([0x9B, 255, 255, 255, 255, 255, 255, 255, 255], .truncated(offset: 9)),
    ] as [([UInt8], CBORError)])
  func `what the encoder would not write is refused`(bytes: [UInt8], error: CBORError) {
    #expect(throws: error) { try CBOR.decode(bytes) }
  }

  @Test func `random bytes never stop the program, and what decodes encodes to the same bytes`() {
    var random = SystemRandomNumberGenerator()
    var decoded = 0
    for _ in 0..<20_000 {
      let bytes = (0..<Int.random(in: 0...12)).map { _ in UInt8.random(in: 0...255, using: &random)
      }
      if let value = try? CBOR.decode(bytes) {
        decoded += 1
        #expect(value.encoded() == bytes)
      }
    }
    #expect(decoded > 0)
  }

  @Test func `random values come back as they went`() throws {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<2_000 {
      let bytes = Self.value(depth: 4, &random).encoded()
      #expect(try CBOR.decode(bytes).encoded() == bytes)
      for count in 0..<min(bytes.count, 24) {
        #expect(throws: CBORError.self) { try CBOR.decode(Array(bytes.prefix(count))) }
      }
    }
  }

  @Test func `nesting ends at sixteen levels`() throws {
    let nested = { (count: Int) in [UInt8](repeating: 0x81, count: count - 1) + [0] }
    _ = try CBOR.decode(nested(16))
    #expect(throws: CBORError.tooDeep(offset: 16)) { try CBOR.decode(nested(17)) }
    #expect(throws: CBORError.tooDeep(offset: 16)) { try CBOR.decode(nested(100_000)) }
  }

  @Test(arguments: [Int64.min, -257, -256, -25, -24, -1, 0, 23, 24, 65_536, Int64.max])
  func `integers of every size come back`(number: Int64) throws {
    #expect(try CBOR.decode(CBOR.int(number).encoded()).int == number)
  }

  private static func value(depth: Int, _ random: inout SystemRandomNumberGenerator) -> CBOR {
    let number = random.next() >> UInt64.random(in: 0...63, using: &random)
    switch Int.random(in: 0...(depth > 0 ? 7 : 5), using: &random) {
    case 0: return .unsigned(number)
    case 1: return .negative(number)
    case 2: return .bytes([UInt8](repeating: 7, count: Int(number % 300)))
    case 3: return .text(String(number, radix: 36) + "é")
    case 4: return .bool(number % 2 == 0)
    case 5: return .null
    case 6: return .array((0..<number % 30).map { _ in value(depth: depth - 1, &random) })
    default:
      return .map(
        (0..<number % 30).map {
          CBORPair(key: .unsigned($0 * 1000), value: value(depth: depth - 1, &random))
        })
    }
  }
}
