internal import FluxgateSignal

/// Where two runs first differ in one stream.
public struct StreamDifference: Sendable, Hashable {
  public enum Kind: String, Sendable, Hashable {
    /// One run does not have the stream, or has it with other columns.
    case stream
    /// A value of a row both have.
    case value
    /// A break: its reason or its size.
    case gap
    /// One run goes on after the other has ended.
    case length
  }

  public let stream: String
  public let kind: Kind
  /// Nil where the stream as a whole differs.
  public let sample: UInt64?
  /// The row's place among the stored rows.
  public let row: Int?
  public let column: String?
  public let left: String
  public let right: String
}

/// Compares the streams of two runs by name.
public enum RunComparison {
  /// The first difference of each stream that differs, in the order of the left run.
  public static func differences(
    _ left: [CollectedStream], _ right: [CollectedStream]
  ) -> [StreamDifference] {
    let others = Dictionary(right.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    let known = Set(left.map(\.name))
    return left.compactMap { stream in
      guard let other = others[stream.name] else {
        return whole(stream.name, shape(of: stream), "absent")
      }
      return difference(stream, other)
    } + right.filter { !known.contains($0.name) }.map { whole($0.name, "absent", shape(of: $0)) }
  }

  private static func difference(
    _ left: CollectedStream, _ right: CollectedStream
  ) -> StreamDifference? {
    guard left.sampleType == right.sampleType, left.channels.count == right.channels.count else {
      return whole(left.name, shape(of: left), shape(of: right))
    }
    let byte = firstByte(left.rows, right.rows)
    let gap = firstGap(left.breaks, right.breaks)
    let valueRow = byte.map { $0 / left.rowByteCount } ?? .max
    let gapRow = gap.map { min($0.left?.row ?? .max, $0.right?.row ?? .max) } ?? .max
    let end = min(left.rowCount, right.rowCount)
    if let gap, gapRow <= valueRow, gapRow <= end { return difference(gap, left) }
    if let byte { return value(at: byte, left, right) }
    guard left.rowCount != right.rowCount else {
      return gap.map { difference($0, left) }
    }
    let longer = left.rowCount > right.rowCount ? left : right
    return StreamDifference(
      stream: left.name, kind: .length, sample: longer.sample(of: end), row: end, column: nil,
      left: "\(left.rowCount) rows", right: "\(right.rowCount) rows")
  }

  private static func value(
    at byte: Int, _ left: CollectedStream, _ right: CollectedStream
  ) -> StreamDifference {
    let size = left.sampleType.byteCount
    let row = byte / left.rowByteCount
    let column = byte % left.rowByteCount / size
    return StreamDifference(
      stream: left.name, kind: .value, sample: left.sample(of: row), row: row,
      column: left.channels[column],
      left: left.text(row: row, column: column), right: right.text(row: row, column: column))
  }

  private typealias Gap = (left: CollectedStream.Break?, right: CollectedStream.Break?)

  private static func difference(_ gap: Gap, _ stream: CollectedStream) -> StreamDifference {
    let first = [gap.left, gap.right].compactMap { $0 }.min { $0.row < $1.row }
    return StreamDifference(
      stream: stream.name, kind: .gap, sample: first?.sample, row: first?.row, column: nil,
      left: text(gap.left, at: first?.row), right: text(gap.right, at: first?.row))
  }

  private static func firstGap(
    _ left: [CollectedStream.Break], _ right: [CollectedStream.Break]
  ) -> Gap? {
    for index in 0..<max(left.count, right.count) {
      let one = index < left.count ? left[index] : nil
      let other = index < right.count ? right[index] : nil
      if one != other { return (one, other) }
    }
    return nil
  }

  /// Over the bytes that both have.
  private static func firstByte(_ left: [UInt8], _ right: [UInt8]) -> Int? {
    let count = min(left.count, right.count)
    if left[0..<count] == right[0..<count] { return nil }
    return (0..<count).first { left[$0] != right[$0] }
  }

  private static func whole(_ name: String, _ left: String, _ right: String) -> StreamDifference {
    StreamDifference(
      stream: name, kind: .stream, sample: nil, row: nil, column: nil, left: left, right: right)
  }

  private static func shape(of stream: CollectedStream) -> String {
    "\(stream.channels.count) columns of \(stream.sampleType)"
  }

  private static func text(_ gap: CollectedStream.Break?, at row: Int?) -> String {
    guard let gap, gap.row == row else { return "no break" }
    return "\(gap.reason), \(gap.missing) missing"
  }
}

extension CollectedStream {
  /// An element as its device gave it.
  func text(row: Int, column: Int) -> String {
    let size = sampleType.byteCount
    let start = row * rowByteCount + column * size
    let bits = (0..<size).reduce(UInt64(0)) { $0 | UInt64(rows[start + $1]) << UInt64(8 * $1) }
    return switch sampleType {
    case .int16: "\(Int16(truncatingIfNeeded: bits))"
    case .int32: "\(Int32(truncatingIfNeeded: bits))"
    case .int64: "\(Int64(bitPattern: bits))"
    case .float32: "\(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))"
    case .float64: "\(Double(bitPattern: bits))"
    }
  }
}
