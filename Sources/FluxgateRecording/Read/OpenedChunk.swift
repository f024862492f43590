public import FluxgateSignal

/// The rows of one chunk, opened and decoded.
public struct OpenedChunk: Sendable, Hashable {
  public let stream: UInt32
  public let index: UInt64
  public let sequence: UInt64
  public let epoch: UInt32
  public let type: StoredType
  public let columns: Int
  public let rowCount: Int
  /// Valid rows only, columns side by side, little-endian.
  public let rows: [UInt8]
  public let firstSample: UInt64
  /// `HostTime` of the first and the last row, in nanoseconds.
  public let firstTime: Int64
  public let lastTime: Int64
  public let gaps: [Discontinuity]

  /// An element of an integer or byte stream; nil for floats.
  public func integer(row: Int, column: Int) -> Int64? {
    let bits = bits(row: row, column: column)
    return switch type {
    case .byte: Int64(bits)
    case .int16: Int64(Int16(truncatingIfNeeded: bits))
    case .int32: Int64(Int32(truncatingIfNeeded: bits))
    case .int64: Int64(bitPattern: bits)
    case .float32, .float64: nil
    }
  }

  /// An element as a number; integers beyond 2^53 are rounded.
  public func value(row: Int, column: Int) -> Double {
    let bits = bits(row: row, column: column)
    return switch type {
    case .float32: Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
    case .float64: Double(bitPattern: bits)
    default: Double(integer(row: row, column: column) ?? 0)
    }
  }

  /// Time of a row, on the straight line between the chunk's first and last.
  public func time(ofRow row: Int) -> Int64 {
    guard rowCount > 1 else { return firstTime }
    let whole = lastTime.subtractingReportingOverflow(firstTime).partialValue
    let step = Double(whole) * Double(row) / Double(rowCount - 1)
    return firstTime &+ Int64(step.rounded())
  }

  private func bits(row: Int, column: Int) -> UInt64 {
    let size = type.byteCount
    let offset = (row * columns + column) * size
    return (0..<size).reduce(0) { $0 | UInt64(rows[offset + $1]) << UInt64(8 * $1) }
  }
}
