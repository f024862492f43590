/// Cuts raw text at what ends a reply (`$$$`, a line feed), however the reads were cut.
///
/// Allocates nothing after `init`. A reply longer than `longest` is judged in its newest half.
public struct ReplyCutter {
  public static let longest = PatternMatcher.longestSubject
  private let end: [UInt8]
  private var held: [UInt8] = []

  /// - Parameter end: at least one byte.
  public init(end: [UInt8]) {
    precondition(!end.isEmpty)
    self.end = end
    held.reserveCapacity(Self.longest)
  }

  public mutating func reset() { held.removeAll(keepingCapacity: true) }

  /// Calls `reply` with every whole reply, without its end.
  public mutating func take(_ bytes: RawSpan, reply: (RawSpan) -> Void) {
    for place in bytes.byteOffsets {
      if held.count == Self.longest { held.removeFirst(Self.longest / 2) }
      held.append(bytes.u8(at: place) ?? 0)
      guard held.last == end.last, held.suffix(end.count).elementsEqual(end) else { continue }
      give(reply)
    }
  }

  private mutating func give(_ reply: (RawSpan) -> Void) {
    // SAFETY: the span is used only during the call, while `held` does not change.
    unsafe reply(held.span.bytes.extracting(0..<held.count - end.count))
    held.removeAll(keepingCapacity: true)
  }
}
