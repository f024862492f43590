import FluxgateSignal
import Testing

@testable import FluxgateDevice

struct NumberFormatTests {
  private func integer(_ name: String, _ bytes: [UInt8], at offset: Int = 0) throws -> Int64? {
    try #require(NumberFormat(name)).integer(in: bytes.span.bytes, at: offset)
  }

  /// The OpenBCI vectors, and each type's edges in both orders.
  @Test func `codes are read in both orders`() throws {
    #expect(try integer("i24be", [0x00, 0x06, 0x90]) == 1680)
    #expect(try integer("i24be", [0x02, 0xC0, 0x01]) == 180_225)
    #expect(try integer("i24be", [0xFF, 0xFF, 0xFF]) == -1)
    #expect(try integer("i24be", [0x81, 0xA1, 0x01]) == -8_281_855)
    #expect(try integer("i24le", [0x01, 0xA1, 0x81]) == -8_281_855)
    #expect(try integer("u24be", [0x81, 0xA1, 0x01]) == 0x81A101)
    #expect(try integer("i16be", [0x06, 0x90]) == 1680)
    #expect(try integer("i16be", [0x81, 0xA1]) == -32_351)
    #expect(try integer("i16le", [0xA1, 0x81]) == -32_351)
    #expect(try integer("u16be", [0x81, 0xA1]) == 0x81A1)
    #expect(try integer("i8", [0xFF]) == -1)
    #expect(try integer("u8", [0xFF]) == 255)
    #expect(try integer("u32be", [0xFF, 0, 0, 1]) == 0xFF00_0001)
    #expect(try integer("i32be", [0xFF, 0xFF, 0xFF, 0xFE]) == -2)
    #expect(try integer("i32le", [0xFE, 0xFF, 0xFF, 0xFF]) == -2)
    let float = try #require(NumberFormat("f32be"))
    let bytes: [UInt8] = [0x3F, 0xC0, 0, 0]
    #expect(float.float(in: bytes.span.bytes, at: 0) == 1.5)
    #expect(float.integer(in: bytes.span.bytes, at: 0) == nil)
  }

  @Test func `nothing is read beyond the frame`() throws {
    for name in NumberFormat.names {
      let format = try #require(NumberFormat(name))
      let bytes = [UInt8](repeating: 1, count: format.byteCount)
      for offset in [-1, 1, 100, Int.max, Int.min] {
        #expect(format.integer(in: bytes.span.bytes, at: offset) == nil)
        #expect(format.float(in: bytes.span.bytes, at: offset) == nil || offset == 0)
      }
    }
    #expect(NumberFormat("u16") == nil)
    #expect(NumberFormat("u8be") == nil)
    #expect(NumberFormat("") == nil)
  }

  @Test func `the kept type holds every code`() {
    func kept(_ names: String...) -> SampleType { .keeping(names.compactMap(NumberFormat.init)) }
    #expect(kept("u8", "i16be") == .int16)
    #expect(kept("u8", "u16be") == .int32)
    #expect(kept("i24be", "u24le") == .int32)
    #expect(kept("i24be", "u32be") == .int64)
    #expect(kept("f32be", "i16be") == .float32)
    #expect(kept("f32be", "i24be") == .float64)
  }
}
