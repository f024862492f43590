internal import FluxgateSignal

/// The number types of a FieldTrip buffer that are read; raw values as on the wire.
///
/// Unsigned and 8-bit numbers are kept in the next wider signed type: lossless.
enum FieldTripSampleType: UInt32 {
  case uint8 = 1
  case uint16 = 2
  case int8 = 5
  case int16 = 6
  case int32 = 7
  case float32 = 9
  case float64 = 10

  var wireByteCount: Int {
    switch self {
    case .uint8, .int8: 1
    case .uint16, .int16: 2
    case .int32, .float32: 4
    case .float64: 8
    }
  }

  var kept: SampleType {
    switch self {
    case .uint8, .int8, .int16: .int16
    case .uint16, .int32: .int32
    case .float32: .float32
    case .float64: .float64
    }
  }

  /// The wire's own bytes are the kept bytes.
  var isKeptAsItIs: Bool { wireByteCount == kept.byteCount }

  /// Puts the samples of `wire` into `rows` in the kept type, little-endian.
  func widen(_ wire: RawSpan, into rows: inout [UInt8]) {
    rows.removeAll(keepingCapacity: true)
    switch self {
    case .uint8: Self.extend(wire, step: 1, to: 2, signed: false, &rows)
    case .int8: Self.extend(wire, step: 1, to: 2, signed: true, &rows)
    case .uint16: Self.extend(wire, step: 2, to: 4, signed: false, &rows)
    case .int16, .int32, .float32, .float64: preconditionFailure("needs no widening")
    }
  }

  private static func extend(
    _ wire: RawSpan, step: Int, to width: Int, signed: Bool, _ rows: inout [UInt8]
  ) {
    for offset in stride(from: 0, to: wire.byteCount, by: step) {
      var top: UInt8 = 0
      for place in 0..<step {
        top = wire.u8(at: offset + place) ?? 0
        rows.append(top)
      }
      let fill: UInt8 = signed && top & 0x80 != 0 ? 0xFF : 0
      for _ in step..<width { rows.append(fill) }
    }
  }
}
