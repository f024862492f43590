import FluxgateDevice
import Testing

@Suite struct RawSpanLittleEndianTests {
  private let bytes: [UInt8] = [0x01, 0x80, 0xFF, 0xFF, 0x00, 0x00, 0x80, 0x3F, 0x00]

  @Test("numbers are read lowest byte first, from any place")
  func values() {
    let span = bytes.span.bytes
    let (one, two, three) = (span.u8(at: 1), span.u16(at: 1), span.u24(at: 0))
    #expect(one == 0x80 && two == 0xFF80 && three == 0xFF8001)
    let (signed, four) = (span.i24(at: 1), span.u32(at: 1))
    #expect(signed == -128 && four == 0x00FF_FF80)
    let (eight, float) = (span.u64(at: 0), span.f32(at: 4))
    #expect(eight == 0x3F80_0000_FFFF_8001 && float == 1)
    let double = span.f64(at: 1)
    #expect(double == Double(bitPattern: 0x003F_8000_00FF_FF80))
  }

  @Test("a number that is not wholly inside is nil")
  func bounds() {
    let span = bytes.span.bytes
    for offset in [-1, 9, Int.max, Int.min] {
      let none = [span.u8(at: offset) == nil, span.u64(at: offset) == nil]
      #expect(none == [true, true])
    }
    let ends = [
      span.u8(at: 8) == nil, span.u16(at: 8) == nil, span.u24(at: 7) == nil,
      span.i24(at: 7) == nil, span.u32(at: 6) == nil, span.u64(at: 2) == nil,
      span.f32(at: 6) == nil, span.f64(at: 2) == nil,
    ]
    #expect(ends == [false, true, true, true, true, true, true, true])
  }
}
