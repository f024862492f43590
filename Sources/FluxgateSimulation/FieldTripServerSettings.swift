internal import FluxgateSignal

/// What a ``VirtualFieldTripBuffer`` serves.
public struct FieldTripServerSettings: Sendable {
  /// The number types that a server may hold its samples in; raw values as on the wire.
  public enum Codes: UInt32, Sendable, CaseIterable {
    case char = 0, uint8, uint16, uint32, uint64, int8, int16, int32, int64, float32, float64
  }

  /// Which byte order the server speaks.
  public enum Order: Sendable {
    /// That of each question, as the FieldTrip project's own server does.
    case asClient
    /// Big-endian, whatever it is asked in.
    case big
    /// Big-endian, and deaf to all else.
    case bigOnly
  }

  public var channelCount = 64
  /// Samples a second.
  public var rate = 1000.0
  public var codes = Codes.float32
  public var order = Order.asClient
  /// Further chunks of the header: type and bytes.
  public var chunks: [(type: UInt32, bytes: [UInt8])] = []
  /// Every so many rows one holds a number that no kept type holds; only with `uint64`, 0 for never.
  public var overflowEvery = 0
  /// Tesla for one code; stands in the header's resolutions for integers, 1 for others.
  public var resolution = 1e-16
  /// How much the server's ring holds.
  public var ringSeconds = 20.0
  /// How many samples the acquisition program puts at once.
  public var samplesPerPut = 20
  public var seed: UInt64 = 1
  public var faults: [InjectedFault] = []

  public init() {}

  var ringCapacity: Int { max(1, Int(ringSeconds * rate)) }
}

extension FieldTripServerSettings.Codes {
  var kept: SampleType {
    switch self {
    case .char, .uint8, .int8, .int16: .int16
    case .uint16, .int32: .int32
    case .uint32, .uint64, .int64: .int64
    case .float32: .float32
    case .float64: .float64
    }
  }

  var wireByteCount: Int {
    switch self {
    case .char, .uint8, .int8: 1
    case .uint16, .int16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64: 8
    }
  }

  var isFloat: Bool { self == .float32 || self == .float64 }

  /// The bits of a code near `value`: unsigned ones lie around the middle of their range.
  func bits(_ value: Double) -> UInt64 {
    switch self {
    case .float32: return UInt64(Float(value).bitPattern)
    case .float64: return value.bitPattern
    case .int64: return UInt64(bitPattern: Int64(value.rounded()))
    case .uint64: return UInt64(Int64(value.rounded()) + (1 << 62))
    case .int8, .int16, .int32: return UInt64(bitPattern: Int64(clamped(value, from: -1).rounded()))
    case .char, .uint8, .uint16, .uint32: return UInt64(clamped(value, from: 0))
    }
  }

  private func clamped(_ value: Double, from low: Double) -> Double {
    let half = Double(UInt64(1) << UInt64(8 * wireByteCount - 1))
    return low < 0
      ? min(max(value, -half), half - 1) : min(max(value.rounded() + half, 0), 2 * half - 1)
  }
}
