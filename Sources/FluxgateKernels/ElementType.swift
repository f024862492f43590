/// The number type of one raw element, always little-endian in memory.
///
/// The numbers are those of the recording format (`SampleType` in FluxgateSignal): never renumber.
public enum ElementType: UInt8, Sendable, Hashable, CaseIterable {
  case int16 = 1
  case int32 = 2
  case int64 = 3
  case float32 = 4
  case float64 = 5

  public var byteCount: Int {
    switch self {
    case .int16: 2
    case .int32, .float32: 4
    case .int64, .float64: 8
    }
  }
}
