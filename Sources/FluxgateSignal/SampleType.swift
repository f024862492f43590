/// The number type in which a device's codes are kept, from the wire to the vault.
///
/// Raw values are written to recordings (``RecordingFormat``): never renumber.
public enum SampleType: UInt8, Sendable, CaseIterable, Hashable {
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

  public var isInteger: Bool {
    switch self {
    case .int16, .int32, .int64: true
    case .float32, .float64: false
    }
  }
}
