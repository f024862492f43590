/// Bytes that have arrived and not yet been judged, cut into frames by a framer.
///
/// The same bytes give the same frames however the reads were cut: a framer sees only the waiting
/// bytes, never where a read ended.
public struct FrameBuffer {
  private var framer: any Framer
  private var bytes: [UInt8]
  private var start = 0
  private var end = 0
  private var wanted = 1

  public init(framer: any Framer) {
    self.framer = framer
    bytes = [UInt8](repeating: 0, count: max(1 << 16, framer.longestFrame * 4))
  }

  /// Room for a read that cannot fail; the caller feeds at most so many bytes at once.
  public static let mostFed = 1 << 15

  /// Adds `count` bytes from the start of `source`, then hands every whole frame to `frame` and every
  /// run of lost bytes to `skip`.
  public mutating func feed(
    _ source: [UInt8], count: Int,
    frame: (RawSpan) -> Void, skip: (Int, FramingFault) -> Void
  ) {
    precondition(count <= Self.mostFed)
    makeRoom(for: count)
    bytes.replaceSubrange(end..<end + count, with: source[0..<count])
    end += count
    judgeAll(frame: frame, skip: skip)
  }

  /// Hands over what is a frame among the bytes that wait, as none follow them.
  public mutating func finish(
    frame: (RawSpan) -> Void, skip: (Int, FramingFault) -> Void
  ) {
    let held = bytes
    while end > start {
      // SAFETY: the view is used only while `held` lives, and bytes change only in `feed`.
      let waiting = unsafe held.span.bytes.extracting(start..<end)
      apply(framer.judgeLast(waiting), to: waiting, frame: frame, skip: skip)
    }
  }

  public mutating func reset() {
    start = 0
    end = 0
    wanted = 1
    framer.reset()
  }

  private mutating func judgeAll(
    frame: (RawSpan) -> Void, skip: (Int, FramingFault) -> Void
  ) {
    let held = bytes
    while end - start >= wanted {
      // SAFETY: the view is used only while `held` lives, and bytes change only in `feed`.
      let waiting = unsafe held.span.bytes.extracting(start..<end)
      apply(framer.judge(waiting), to: waiting, frame: frame, skip: skip)
    }
  }

  private mutating func apply(
    _ verdict: FrameVerdict, to waiting: RawSpan, frame: (RawSpan) -> Void,
    skip: (Int, FramingFault) -> Void
  ) {
    switch verdict {
    case .frame(let count):
      frame(waiting.extracting(0..<count))
      take(count)
    case .skip(let count, let fault):
      take(count)
      if let fault { skip(count, fault) }
    case .needMore(let count):
      precondition(count > end - start && count <= framer.longestFrame)
      wanted = count
    }
  }

  private mutating func take(_ count: Int) {
    precondition(count > 0 && count <= end - start)
    start += count
    wanted = 1
  }

  private mutating func makeRoom(for count: Int) {
    guard end + count > bytes.count else { return }
    bytes.replaceSubrange(0..<end - start, with: bytes[start..<end])
    end -= start
    start = 0
    precondition(end + count <= bytes.count, "a framer kept more than its longest frame")
  }
}
