import Testing

@testable import FluxgateSeal

@Suite struct SealedHeaderTests {
  private let header = SealedHeader(address: .example, nonce: [UInt8](repeating: 5, count: 24))

  private func chunk(_ header: [UInt8]) -> [UInt8] { header + [UInt8](repeating: 0, count: 20) }

  @Test func `a header comes back as it went`() throws {
    let bytes = header.encoded()
    #expect(bytes.count == SealedHeader.byteCount)
    #expect(try SealedHeader.parse(chunk(bytes)) == header)
  }

  @Test(arguments: 0..<80)
  func `every flipped header byte is refused for what it is`(offset: Int) throws {
    var sealer = ChunkSealer()
    let key = DataKey()
    let sealed = sealer.seal([1, 2, 3], at: .example, key: key)
    for bit in 0..<8 {
      var bad = sealed
      bad[offset] ^= 1 << UInt8(bit)
      let error = #expect(throws: SealError.self) {
        try sealer.open(bad, key: key, expecting: .example)
      }
      #expect(error == expected(bad, offset: offset, bit: bit))
    }
  }

  private func expected(_ bad: [UInt8], offset: Int, bit: Int) -> SealError {
    let word = { (low: Int) in UInt16(bad[low]) | UInt16(bad[low + 1]) << 8 }
    return switch offset {
    case 0..<4: .badMagic
    case 4: .badVersion(bad[4])
    case 5: .badSuite(bad[5])
    // Bit 0 is a flag that a chunk may have: only the tag tells.
    case 6..<8: offset == 6 && bit == 0 ? .authentication : .badFlags(word(6))
    case 8..<24: .wrongPlace(.recording)
    case 24..<28: .wrongPlace(.stream)
    case 28..<30: .wrongPlace(.category)
    case 30..<32: .badReserved(word(30))
    case 32..<36: .wrongPlace(.epoch)
    case 36..<40: .wrongPlace(.rawLength)
    case 40..<48: .wrongPlace(.index)
    case 48..<56: .wrongPlace(.sequence)
    default: .authentication
    }
  }

  @Test func `sequence 0 is refused even where no place is known`() {
    var bytes = header.encoded()
    bytes[48] = 0
    #expect(throws: SealError.wrongPlace(.sequence)) { try SealedHeader.parse(chunk(bytes)) }
  }

  @Test func `a chunk cut anywhere is refused`() throws {
    let whole = chunk(header.encoded())
    for length in 0..<whole.count {
      #expect(throws: SealError.truncated(length: length)) {
        try SealedHeader.parse(Array(whole.prefix(length)))
      }
    }
  }
}
