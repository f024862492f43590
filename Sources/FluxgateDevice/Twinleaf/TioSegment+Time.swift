extension TioSegment {
  var isUsable: Bool { isValid && samplingRate > 0 && decimation > 0 }

  var rate: Double { Double(samplingRate) / Double(decimation) }

  /// Nanoseconds that `count` samples take.
  func duration(ofSamples count: UInt64) -> Int64 {
    let scaled = Int128(count) * Int128(decimation) * 1_000_000_000
    return Int64(clamping: (scaled + Int128(samplingRate) / 2) / Int128(samplingRate))
  }

  /// Samples that fit into so many nanoseconds, rounded.
  func samples(in nanoseconds: Int64) -> Int64 {
    let period = Int128(decimation) * 1_000_000_000
    return Int64(clamping: (Int128(nanoseconds) * Int128(samplingRate) + period / 2) / period)
  }

  func hasRate(of other: TioSegment) -> Bool {
    Int128(samplingRate) * Int128(other.decimation)
      == Int128(other.samplingRate) * Int128(decimation)
  }

  /// The same stretch of numbers, not a later round of the same id.
  func isSameStretch(as other: TioSegment) -> Bool {
    id == other.id && startTime == other.startTime && epoch == other.epoch
      && referenceSession == other.referenceSession && hasRate(of: other)
  }

  /// Samples at this segment's rate from its start to the start of `next`; nil when the two do not
  /// count from the same moment.
  func samples(untilStartOf next: TioSegment) -> Int64? {
    guard epoch != .invalid, epoch == next.epoch, referenceSession == next.referenceSession,
      referenceSerial == next.referenceSerial
    else { return nil }
    return samples(in: (Int64(next.startTime) - Int64(startTime)) * 1_000_000_000)
  }
}
