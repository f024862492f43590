internal import FluxgateSignal

/// The number types of a FieldTrip buffer; raw values as on the wire.
///
/// Letters, unsigned and 8-bit numbers are kept in the next wider signed type. Only uint64 has no
/// wider one: rows with a number above 2^63 - 1 are lost, and never wrapped to negative ones.
enum FieldTripSampleType: UInt32, CaseIterable {
  /// Eight bits without a sign: the protocol does not say, and it is what most platforms' text is.
  case char = 0
  case uint8 = 1
  case uint16 = 2
  case uint32 = 3
  case uint64 = 4
  case int8 = 5
  case int16 = 6
  case int32 = 7
  case int64 = 8
  case float32 = 9
  case float64 = 10

  var wireByteCount: Int {
    switch self {
    case .char, .uint8, .int8: 1
    case .uint16, .int16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64: 8
    }
  }

  var kept: SampleType {
    switch self {
    case .char, .uint8, .int8, .int16: .int16
    case .uint16, .int32: .int32
    case .uint32, .uint64, .int64: .int64
    case .float32: .float32
    case .float64: .float64
    }
  }

  var isFloat: Bool { self == .float32 || self == .float64 }

  /// The type's name, and what it is kept in.
  var words: String { "\(self) of the server, kept as \(kept)" }

  /// The wire's own bytes are the kept bytes.
  func isKeptAsItIs(from order: FieldTripByteOrder) -> Bool {
    order == .little && wireByteCount == kept.byteCount && self != .uint64
  }

  /// Puts the samples of `wire` into `rows` in the kept type, little-endian.
  func convert(_ wire: RawSpan, from order: FieldTripByteOrder, into rows: inout [UInt8]) {
    rows.removeAll(keepingCapacity: true)
    for offset in stride(from: 0, to: wire.byteCount, by: wireByteCount) {
      var bits = bits(wire, at: offset, order)
      for _ in 0..<kept.byteCount {
        rows.append(UInt8(truncatingIfNeeded: bits))
        bits >>= 8
      }
    }
  }

  /// False for a row with a number that no kept type holds.
  func fits(_ row: RawSpan, from order: FieldTripByteOrder) -> Bool {
    guard self == .uint64 else { return true }
    for offset in stride(from: 0, to: row.byteCount, by: 8)
    where (order.u64(row, at: offset) ?? 0) > UInt64(Int64.max) {
      return false
    }
    return true
  }

  /// One number with its sign carried up to 64 bits.
  private func bits(_ wire: RawSpan, at offset: Int, _ order: FieldTripByteOrder) -> UInt64 {
    let raw: UInt64? =
      switch wireByteCount {
      case 1: wire.u8(at: offset).map(UInt64.init)
      case 2: order.u16(wire, at: offset).map(UInt64.init)
      case 4: order.u32(wire, at: offset).map(UInt64.init)
      default: order.u64(wire, at: offset)
      }
    guard let raw, isSigned else { return raw ?? 0 }
    let shift = UInt64(64 - 8 * wireByteCount)
    return UInt64(bitPattern: Int64(bitPattern: raw << shift) >> Int64(shift))
  }

  private var isSigned: Bool {
    switch self {
    case .int8, .int16, .int32, .int64: true
    case .char, .uint8, .uint16, .uint32, .uint64, .float32, .float64: false
    }
  }
}
