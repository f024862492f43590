/// The order in which a server writes its numbers.
///
/// The protocol lets each client write in its own order and the server answer likewise. Servers that
/// do not do so answer in their own, or understand nothing else.
enum FieldTripByteOrder {
  case little, big

  var other: FieldTripByteOrder { self == .little ? .big : .little }

  func u16(_ bytes: RawSpan, at offset: Int) -> UInt16? {
    bytes.u16(at: offset).map { self == .little ? $0 : $0.byteSwapped }
  }

  func u32(_ bytes: RawSpan, at offset: Int) -> UInt32? {
    bytes.u32(at: offset).map { self == .little ? $0 : $0.byteSwapped }
  }

  func u64(_ bytes: RawSpan, at offset: Int) -> UInt64? {
    bytes.u64(at: offset).map { self == .little ? $0 : $0.byteSwapped }
  }

  func i32(_ bytes: RawSpan, at offset: Int) -> Int32? {
    u32(bytes, at: offset).map(Int32.init(bitPattern:))
  }

  func f32(_ bytes: RawSpan, at offset: Int) -> Float? {
    u32(bytes, at: offset).map(Float.init(bitPattern:))
  }

  func f64(_ bytes: RawSpan, at offset: Int) -> Double? {
    u64(bytes, at: offset).map(Double.init(bitPattern:))
  }

  func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
    let count = number.bitWidth / 8
    return (0..<count).map { place in
      UInt8(truncatingIfNeeded: number >> ((self == .little ? place : count - 1 - place) * 8))
    }
  }
}
