internal import FluxgateSignal

/// How an interface of a pcapng file counts time: microseconds since 1970 unless it says otherwise.
struct CaptureClock {
  private enum Unit {
    case decimal(digits: Int)
    case binary(bits: Int)
  }

  private var unit = Unit.decimal(digits: 6)
  private var offsetSeconds: Int64 = 0

  mutating func take(option: UInt16, _ value: [UInt8], _ order: ByteOrder) throws(CaptureFault) {
    switch option {
    case PcapngBlock.resolutionOption:
      guard value.count == 1 else { throw .badPacket }
      let exponent = Int(value[0] & 0x7F)
      let isBinary = value[0] & 0x80 != 0
      guard exponent <= (isBinary ? 63 : 18) else { throw .badPacket }
      unit = isBinary ? .binary(bits: exponent) : .decimal(digits: exponent)
    case PcapngBlock.offsetOption:
      guard value.count == 8 else { throw .badPacket }
      offsetSeconds = Int64(bitPattern: order.uint64(value, 0))
    default: break
    }
  }

  func time(of stamp: UInt64) throws(CaptureFault) -> HostTime {
    guard let whole = Int64(exactly: try nanoseconds(stamp)) else { throw .badPacket }
    let offset = offsetSeconds.multipliedReportingOverflow(by: 1_000_000_000)
    let sum = whole.addingReportingOverflow(offset.partialValue)
    guard !offset.overflow, !sum.overflow else { throw .badPacket }
    return HostTime(nanoseconds: sum.partialValue)
  }

  private func nanoseconds(_ stamp: UInt64) throws(CaptureFault) -> UInt64 {
    switch unit {
    case .decimal(let digits) where digits >= 9:
      return stamp / Self.power(digits - 9)
    case .decimal(let digits):
      let product = stamp.multipliedReportingOverflow(by: Self.power(9 - digits))
      guard !product.overflow else { throw .badPacket }
      return product.partialValue
    case .binary(let bits):
      let (high, low) = stamp.multipliedFullWidth(by: 1_000_000_000)
      guard high >> UInt64(bits) == 0 else { throw .badPacket }
      return bits == 0 ? low : high << UInt64(64 - bits) | low >> UInt64(bits)
    }
  }

  private static func power(_ exponent: Int) -> UInt64 {
    (0..<exponent).reduce(1) { product, _ in product * 10 }
  }
}
