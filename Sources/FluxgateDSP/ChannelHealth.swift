public import FluxgateKernels

/// Watches the raw codes of a stream for channels that stand at an end of their range or still.
///
/// Railed: at or beyond an end (or no number) for two consecutive samples or more, and after the
/// release for a guard as long as the filters ring. Flat: all samples of the last stretch within
/// less than `flatSpan` codes. One value belongs to one thread; `observe` allocates nothing.
public struct ChannelHealth: Sendable {
  /// What counts as railed and flat, in codes and samples.
  public struct Limits: Sendable, Hashable {
    /// A code at or below this is at the lower end; one for all channels, or one per channel.
    public var low: [Double]
    /// A code at or above this is at the upper end; one for all channels, or one per channel.
    public var high: [Double]
    public var flatSpan: Double
    /// One second's worth, usually.
    public var flatSampleCount: Int
    /// Samples after a release that are still not to be trusted.
    public var guardSampleCount: Int

    public init(
      low: [Double], high: [Double], flatSpan: Double = 1, flatSampleCount: Int,
      guardSampleCount: Int
    ) {
      self.low = low
      self.high = high
      self.flatSpan = flatSpan
      self.flatSampleCount = flatSampleCount
      self.guardSampleCount = guardSampleCount
    }

    /// Ends at 0.99 of a sensor's physical range, for codes of `scale` units and an offset.
    public static func ends(
      range: Double, scale: Double, offset: Double
    ) -> (low: Double, high: Double) {
      let one = (-0.99 * range - offset) / scale
      let other = (0.99 * range - offset) / scale
      return (min(one, other), max(one, other))
    }
  }

  /// The state of one channel after the last observed sample.
  public struct State: Sendable, Hashable {
    /// At an end of the range now.
    public var isRailed = false
    /// Released, but less than the guard ago.
    public var isRecovering = false
    public var isFlat = false
    /// Samples in stretches at an end since the start.
    public var railedSampleCount: UInt64 = 0
  }

  public let type: ElementType
  public let channelCount: Int
  public let limits: Limits
  private var watches: [Watch]

  /// - Precondition: limits hold one value or one per channel.
  public init(type: ElementType, channelCount: Int, limits: Limits) {
    precondition([1, channelCount].contains(limits.low.count), "one low end per channel")
    precondition([1, channelCount].contains(limits.high.count), "one high end per channel")
    self.type = type
    self.channelCount = channelCount
    self.limits = limits
    watches = Array(repeating: Watch(), count: channelCount)
  }

  /// - Parameter raw: whole interleaved rows of little-endian elements.
  public mutating func observe(_ raw: RawSpan) {
    let rowByteCount = channelCount * type.byteCount
    precondition(raw.byteCount.isMultiple(of: rowByteCount), "not a whole number of rows")
    for channel in 0..<channelCount {
      let low = limits.low[limits.low.count == 1 ? 0 : channel]
      let high = limits.high[limits.high.count == 1 ? 0 : channel]
      let first = channel * type.byteCount
      for offset in stride(from: first, to: raw.byteCount, by: rowByteCount) {
        let code = type.value(in: raw, at: offset)
        watches[channel].observe(code, isAtEnd: !(code > low && code < high), limits)
      }
    }
  }

  /// Forgets what stretched over a break; the totals stay.
  public mutating func reset() {
    for index in watches.indices {
      watches[index] = Watch(railedSampleCount: watches[index].railedSampleCount)
    }
  }

  public func state(ofChannel channel: Int) -> State {
    let watch = watches[channel]
    return State(
      isRailed: watch.endRun >= Watch.railedRun, isRecovering: watch.guardLeft > 0,
      isFlat: watch.stillRun >= limits.flatSampleCount,
      railedSampleCount: watch.railedSampleCount)
  }
}

/// The running state of one channel.
private struct Watch: Sendable {
  /// A single sample at an end may be the true peak of a signal.
  static let railedRun = 2

  var endRun = 0
  var guardLeft = 0
  var stillRun = 0
  var lowest = 0.0
  var highest = 0.0
  var railedSampleCount: UInt64 = 0

  mutating func observe(_ code: Double, isAtEnd: Bool, _ limits: ChannelHealth.Limits) {
    watchEnds(isAtEnd, limits.guardSampleCount)
    watchSpan(code, limits.flatSpan)
  }

  private mutating func watchEnds(_ isAtEnd: Bool, _ guardSampleCount: Int) {
    if isAtEnd {
      endRun += 1
      guard endRun >= Watch.railedRun else { return }
      guardLeft = 0
      railedSampleCount += endRun == Watch.railedRun ? UInt64(Watch.railedRun) : 1
      return
    }
    guardLeft = endRun >= Watch.railedRun ? guardSampleCount : max(0, guardLeft - 1)
    endRun = 0
  }

  private mutating func watchSpan(_ code: Double, _ span: Double) {
    let low = min(lowest, code)
    let high = max(highest, code)
    if stillRun > 0, high - low < span {
      (lowest, highest) = (low, high)
      stillRun += 1
    } else {
      (lowest, highest) = (code, code)
      stillRun = 1
    }
  }
}
