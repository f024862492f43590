/// Compares what a driver sends in a replay with what was sent when the capture was made.
///
/// Both sides are streams of bytes: how they were cut into writes does not matter.
struct SentComparison {
  /// More bytes than these do not wait for their counterpart.
  private static let mostWaiting = 1 << 20

  private(set) var differences = SentDifferences()
  private var captured: [UInt8] = []
  private var written: [UInt8] = []
  private var offset = 0

  /// True while more was written than the capture has up to now.
  var isAhead: Bool { !written.isEmpty }

  mutating func expect(_ bytes: [UInt8]) {
    captured += bytes
    compare()
  }

  mutating func write(_ bytes: [UInt8]) {
    written += bytes
    compare()
  }

  /// The link ended: what still waits has no counterpart.
  mutating func settle(countingUnsent: Bool) {
    note(written.count + (countingUnsent ? captured.count : 0))
    offset += max(written.count, captured.count)
    forget()
  }

  /// The write met the end of the link, as it did when the capture was made.
  mutating func forget() {
    written = []
    captured = []
  }

  private mutating func compare() {
    let common = min(captured.count, written.count)
    for index in 0..<common {
      if captured[index] != written[index] { note(1) }
      offset += 1
    }
    captured.removeFirst(common)
    written.removeFirst(common)
    if max(captured.count, written.count) > Self.mostWaiting { settle(countingUnsent: true) }
  }

  private mutating func note(_ count: Int) {
    guard count > 0 else { return }
    if differences.firstOffset == nil { differences.firstOffset = offset }
    differences.count += count
  }
}

/// How a replayed driver's bytes differ from the captured ones.
public struct SentDifferences: Sendable, Hashable {
  /// In bytes sent since the start of the capture; nil when all are the same.
  public var firstOffset: Int?
  public var count = 0

  public init() {}
}
