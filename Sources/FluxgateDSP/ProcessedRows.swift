/// What one call of ``StageChain`` made: rows of integers, their numbers and their marks.
///
/// Physical value = `values[row * channelCount + channel] * quantum`. Row number `k` belongs to
/// input sample `k * factor`: that sample is the centre of the decimation filter's support.
public struct ProcessedRows: Sendable {
  public let channelCount: Int
  /// Interleaved `[row][channel]`.
  public fileprivate(set) var values: [Int32] = []
  /// One per row, ascending, with steps larger than one where the input broke.
  public fileprivate(set) var numbers: [UInt64] = []
  /// One per row: true while the filters still swing in after a reset.
  public fileprivate(set) var settling: [Bool] = []
  /// Values of these rows that did not fit 32 bits and stand at the nearest end instead.
  public fileprivate(set) var saturatedCount: UInt64 = 0
  /// Floating-point inputs of this call that were unusable and replaced by the last usable one.
  public internal(set) var replacedCount: UInt64 = 0

  /// - Parameter rowCapacity: rows that fit without allocation.
  public init(channelCount: Int, rowCapacity: Int) {
    self.channelCount = channelCount
    values.reserveCapacity(channelCount * rowCapacity)
    numbers.reserveCapacity(rowCapacity)
    settling.reserveCapacity(rowCapacity)
  }

  public var rowCount: Int { numbers.count }

  /// Empties it, keeping its storage.
  public mutating func removeAll() {
    values.removeAll(keepingCapacity: true)
    numbers.removeAll(keepingCapacity: true)
    settling.removeAll(keepingCapacity: true)
    saturatedCount = 0
    replacedCount = 0
  }

  mutating func beginRow(number: UInt64, settling isSettling: Bool) {
    numbers.append(number)
    settling.append(isSettling)
  }

  /// Appends a value in units of the quantum: to the nearest integer, halves to even, saturating.
  mutating func append(_ value: Double) {
    let rounded = value.rounded(.toNearestOrEven)
    if let exact = Int32(exactly: rounded) {
      values.append(exact)
    } else {
      saturatedCount += 1
      values.append(rounded > 0 ? .max : (rounded < 0 ? .min : 0))
    }
  }
}
