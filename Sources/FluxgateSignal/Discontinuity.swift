/// Why a stream is not continuous at a row. Raw values are written to recordings: never renumber.
public enum DiscontinuityReason: UInt8, Sendable, CaseIterable, Hashable {
  /// The device's own counter jumped: a frame never arrived or was damaged.
  case counterGap = 1
  /// A row arrived and failed its check, again and again.
  case corrupted = 2
  /// The device started anew; its counters began again.
  case deviceReset = 3
  /// The line was gone and came back.
  case linkLost = 4
  /// Our own ring was full: the reader was a whole ring behind.
  case ringOverrun = 5
  /// The device's or server's own buffer ran over before we asked.
  case serverOverrun = 6
  /// The rate or the columns' meaning changed.
  case rateChanged = 7
  /// The device's clock jumped without a loss of samples.
  case clockJump = 8
  /// The stream starts here.
  case streamStart = 9
  /// Samples are lost whose number is only estimated, from the host's clock: the device does not
  /// count, or what it counts says nothing here.
  case estimatedGap = 10
}

/// A break before one row of a stream, with the number of samples known to be missing.
public struct Discontinuity: Sendable, Hashable {
  /// The row before which the stream breaks, counted from the start of the block or chunk.
  public var row: UInt32
  public var reason: DiscontinuityReason
  /// Samples that the device made and that are lost. Exact where the device counts.
  public var missing: UInt64
  /// How much longer than one sample period the step in time is, in nanoseconds.
  public var timeStep: Int64

  public init(row: UInt32, reason: DiscontinuityReason, missing: UInt64, timeStep: Int64) {
    self.row = row
    self.reason = reason
    self.missing = missing
    self.timeStep = timeStep
  }
}
