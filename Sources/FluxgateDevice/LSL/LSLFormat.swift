internal import FluxgateSignal

/// The number type of a stream's values on the wire.
enum LSLFormat: String, CaseIterable {
  case float32, double64, string, int32, int16, int8, int64

  /// Bytes of one value; 0 for texts, which tell their own length.
  var wireSize: Int {
    switch self {
    case .string: 0
    case .int8: 1
    case .int16: 2
    case .float32, .int32: 4
    case .double64, .int64: 8
    }
  }

  /// How evenly sampled rows are kept: as they come, but for int8, which is widened.
  var kept: SampleType {
    switch self {
    case .float32: .float32
    case .double64: .float64
    case .int32: .int32
    case .int64: .int64
    case .int16, .int8, .string: .int16
    }
  }

  /// How rows with a time column are kept: every value fits without loss.
  var keptWithTime: SampleType { isInteger ? .int64 : .float64 }

  var isInteger: Bool {
    switch self {
    case .int32, .int16, .int8, .int64: true
    case .float32, .double64, .string: false
    }
  }

  /// Appends one value at `place` as it is kept in evenly sampled rows, little-endian.
  func keep(_ wire: RawSpan, at place: Int, isBig: Bool, in row: inout [UInt8]) {
    if self == .int8 {
      let byte = wire.u8(at: place) ?? 0
      row.append(byte)
      row.append(byte & 0x80 == 0 ? 0 : 0xFF)
      return
    }
    for step in 0..<wireSize {
      row.append(wire.u8(at: place + (isBig ? wireSize - 1 - step : step)) ?? 0)
    }
  }

  /// The bits of one value, sign-extended for integers.
  func bits(_ wire: RawSpan, at place: Int, isBig: Bool) -> UInt64 {
    var bits: UInt64 = 0
    for step in 0..<wireSize {
      bits = bits << 8 | UInt64(wire.u8(at: place + (isBig ? step : wireSize - 1 - step)) ?? 0)
    }
    guard isInteger, wireSize < 8 else { return bits }
    let unused = UInt64(64 - 8 * wireSize)
    return UInt64(bitPattern: Int64(bitPattern: bits << unused) >> Int64(unused))
  }

  /// One value as the 64 bits in which rows with a time column keep it.
  func wideBits(_ wire: RawSpan, at place: Int, isBig: Bool) -> UInt64 {
    let found = bits(wire, at: place, isBig: isBig)
    guard self == .float32 else { return found }
    return Double(Float(bitPattern: UInt32(truncatingIfNeeded: found))).bitPattern
  }
}
