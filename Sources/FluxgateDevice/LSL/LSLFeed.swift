/// The bytes of a feed that wait, and the samples in them.
///
/// A sample is a tag (1: its time follows from the one before; 2: its time stands next, as a float64
/// in seconds), then its values. Numbers fill a fixed number of bytes; a text is led by the size of
/// its length, then its length.
struct LSLFeed {
  enum Verdict: Equatable {
    case needMore
    /// No such sample exists: the feed is not what was agreed.
    case broken
    /// A whole sample of `byteCount` bytes; its values begin at `values`.
    case sample(seconds: Double?, values: Int, byteCount: Int)
  }

  /// A longer sample is taken for damage.
  static let longestSample = 1 << 18
  private static let deducedTag: UInt8 = 1
  private static let stampedTag: UInt8 = 2

  let format: LSLFormat
  let channelCount: Int
  var isBig = false
  private(set) var bytes: [UInt8] = []
  private(set) var start = 0

  init(format: LSLFormat, channelCount: Int) {
    self.format = format
    self.channelCount = channelCount
    bytes.reserveCapacity(1 << 17)
  }

  mutating func append(_ span: RawSpan, from offset: Int) {
    if start > 0 {
      bytes.removeFirst(start)
      start = 0
    }
    for place in offset..<max(offset, span.byteCount) { bytes.append(span.u8(at: place) ?? 0) }
  }

  /// Judges what waits in `span`, which is `bytes`, from `start` on.
  func judge(_ span: RawSpan) -> Verdict {
    guard let tag = span.u8(at: start) else { return .needMore }
    var values = start + 1
    var seconds: Double?
    switch tag {
    case Self.deducedTag: break
    case Self.stampedTag:
      guard let bits = u64(span, at: values) else { return .needMore }
      seconds = Double(bitPattern: bits)
      values += 8
    default: return .broken
    }
    guard format == .string else {
      let end = values + channelCount * format.wireSize
      guard end <= span.byteCount else { return .needMore }
      return .sample(seconds: seconds, values: values, byteCount: end - start)
    }
    return judgeTexts(span, seconds, values)
  }

  private func judgeTexts(_ span: RawSpan, _ seconds: Double?, _ values: Int) -> Verdict {
    var place = values
    for _ in 0..<channelCount {
      switch text(span, at: place) {
      case .needMore: return .needMore
      case .broken: return .broken
      case .found(let range): place = range.upperBound
      }
      if place - start > Self.longestSample { return .broken }
    }
    return .sample(seconds: seconds, values: values, byteCount: place - start)
  }

  mutating func pass(_ byteCount: Int) { start += byteCount }

  // MARK: - Values

  enum Text: Equatable {
    case needMore, broken
    case found(Range<Int>)
  }

  /// Where the text that begins at `place` stands.
  func text(_ span: RawSpan, at place: Int) -> Text {
    guard let size = span.u8(at: place) else { return .needMore }
    guard [1, 2, 4, 8].contains(size) else { return .broken }
    var count: UInt64 = 0
    for step in 0..<Int(size) {
      let offset = place + 1 + (isBig ? step : Int(size) - 1 - step)
      guard let byte = span.u8(at: offset) else { return .needMore }
      count = count << 8 | UInt64(byte)
    }
    guard count <= UInt64(Self.longestSample) else { return .broken }
    let first = place + 1 + Int(size)
    let end = first + Int(count)
    return end <= span.byteCount ? .found(first..<end) : .needMore
  }

  func u64(_ span: RawSpan, at place: Int) -> UInt64? {
    span.u64(at: place).map { isBig ? $0.byteSwapped : $0 }
  }
}
