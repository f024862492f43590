public import FluxgateSignal

/// The number type of a dataset: that of its samples, or bytes for metadata.
/// Raw values are written to recordings: never renumber.
public enum StoredType: UInt8, Sendable, CaseIterable, Hashable {
  case byte = 0
  case int16 = 1
  case int32 = 2
  case int64 = 3
  case float32 = 4
  case float64 = 5

  public init(_ type: SampleType) {
    self =
      switch type {
      case .int16: .int16
      case .int32: .int32
      case .int64: .int64
      case .float32: .float32
      case .float64: .float64
      }
  }

  /// Nil for bytes.
  public var sampleType: SampleType? { SampleType(rawValue: rawValue) }

  public var byteCount: Int { sampleType?.byteCount ?? 1 }

  var isInteger: Bool { sampleType?.isInteger ?? false }

  /// The value of rows that do not exist, little-endian: one that no sensor gives.
  var fill: [UInt8] {
    var bytes: [UInt8] = []
    switch self {
    case .byte: bytes = [0xff]
    case .int16: bytes.append(littleEndian: Int16.min)
    case .int32: bytes.append(littleEndian: Int32.min)
    case .int64: bytes.append(littleEndian: Int64.min)
    case .float32: bytes.append(littleEndian: UInt32(0x7fc0_0000))
    case .float64: bytes.append(littleEndian: UInt64(0x7ff8_0000_0000_0000))
    }
    return bytes
  }
}
