internal import FluxgateSignal

/// The number type of one column on the wire; the upper half of the code is the size in bytes.
public enum TioDataType: UInt8, Sendable, CaseIterable, Hashable {
  case u8 = 0x10
  case i8 = 0x11
  case u16 = 0x20
  case i16 = 0x21
  case u24 = 0x30
  case i24 = 0x31
  case u32 = 0x40
  case i32 = 0x41
  case f32 = 0x42
  case u64 = 0x80
  case i64 = 0x81
  case f64 = 0x82

  public var byteCount: Int { Int(rawValue >> 4) }

  /// Bits that a signed integer needs to hold every value; nil for floating point.
  var signedBits: Int? {
    switch self {
    case .f32, .f64: nil
    case .u8, .u16, .u24, .u32, .u64: byteCount * 8 + 1
    case .i8, .i16, .i24, .i32, .i64: byteCount * 8
    }
  }

  /// The type that holds every value of all of `columns` exactly; nil where none does.
  static func common(_ columns: [TioDataType]) -> SampleType? {
    let integers = columns.compactMap(\.signedBits)
    let widest = integers.max() ?? 0
    if integers.isEmpty, !columns.contains(.f64) { return .float32 }
    if integers.count < columns.count { return widest <= 53 ? .float64 : nil }
    switch widest {
    case ...16: return .int16
    case ...32: return .int32
    case ...64: return .int64
    default: return nil
    }
  }

  func integer(_ bytes: RawSpan, at offset: Int) -> Int64? {
    switch self {
    case .u8: bytes.u8(at: offset).map(Int64.init)
    case .i8: bytes.u8(at: offset).map { Int64(Int8(bitPattern: $0)) }
    case .u16: bytes.u16(at: offset).map(Int64.init)
    case .i16: bytes.u16(at: offset).map { Int64(Int16(bitPattern: $0)) }
    case .u24: bytes.u24(at: offset).map(Int64.init)
    case .i24: bytes.i24(at: offset).map(Int64.init)
    case .u32: bytes.u32(at: offset).map(Int64.init)
    case .i32: bytes.u32(at: offset).map { Int64(Int32(bitPattern: $0)) }
    case .u64, .i64: bytes.u64(at: offset).map(Int64.init(bitPattern:))
    case .f32, .f64: nil
    }
  }

  func double(_ bytes: RawSpan, at offset: Int) -> Double? {
    switch self {
    case .f32: bytes.f32(at: offset).map(Double.init)
    case .f64: bytes.f64(at: offset)
    default: integer(bytes, at: offset).map(Double.init)
    }
  }
}
