/// When a segment and an epoch are cut.
public struct SegmentLimits: Sendable, Hashable {
  /// Length of an epoch: how late a grant's end takes effect. 1 to 60 minutes.
  public var epochNanoseconds: Int64
  public var segmentNanoseconds: Int64
  public var segmentBytes: UInt64

  public init(
    epochNanoseconds: Int64 = 600_000_000_000, segmentNanoseconds: Int64 = 300_000_000_000,
    segmentBytes: UInt64 = 64 << 20
  ) {
    self.epochNanoseconds = epochNanoseconds
    self.segmentNanoseconds = segmentNanoseconds
    self.segmentBytes = segmentBytes
  }
}
