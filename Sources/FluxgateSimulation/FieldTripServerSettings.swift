internal import FluxgateSignal

/// What a ``VirtualFieldTripBuffer`` serves.
public struct FieldTripServerSettings: Sendable {
  /// The number types that a server may hold its samples in; raw values as on the wire.
  public enum Codes: UInt32, Sendable {
    case int32 = 7
    case float32 = 9

    var kept: SampleType { self == .int32 ? .int32 : .float32 }
  }

  public var channelCount = 64
  /// Samples a second.
  public var rate = 1000.0
  public var codes = Codes.float32
  /// Tesla for one code; stands in the header's resolutions for int32, 1 for float32.
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
