/// Integers in byte arrays, in either order. The caller has checked the bounds.
enum ByteOrder {
  case little, big

  func uint16(_ bytes: [UInt8], _ at: Int) -> UInt16 {
    let value = UInt16(bytes[at]) | UInt16(bytes[at + 1]) << 8
    return self == .little ? value : value.byteSwapped
  }

  func uint32(_ bytes: [UInt8], _ at: Int) -> UInt32 {
    let value = UInt32(uint16(bytes, at)), next = UInt32(uint16(bytes, at + 2))
    return self == .little ? value | next << 16 : value << 16 | next
  }

  func uint64(_ bytes: [UInt8], _ at: Int) -> UInt64 {
    let value = UInt64(uint32(bytes, at)), next = UInt64(uint32(bytes, at + 4))
    return self == .little ? value | next << 32 : value << 32 | next
  }

  func append<Number: FixedWidthInteger>(_ value: Number, to bytes: inout [UInt8]) {
    for place in 0..<Number.bitWidth / 8 {
      let shift = self == .little ? place * 8 : Number.bitWidth - 8 - place * 8
      bytes.append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }
}
