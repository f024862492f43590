internal import FluxgateSignal

/// How many sweeps a break took, when nothing in the stream counts them.
///
/// Two things are known. The host's clock says by how many sweeps the stream is late. And USB loses
/// whole packets of 512 bytes, so that sweeps x their bytes = bytes passed over + a multiple of 512:
/// as a sweep is 8 bytes more than a multiple of 32, that holds for one count in 64. Where the two
/// agree the count is very likely exact; where they don't, the clock's word is taken.
struct BioSemiGap: Equatable {
  var missing: UInt64
  var reason: DiscontinuityReason

  private static let packet = 512
  /// How far, in sweeps, the clock may be from a count that the packets allow.
  private static let agreement = 8.0
  /// How far it may be from whole sweeps that came and could not be read.
  private static let presence = 16.0

  /// - Parameters:
  ///   - lateness: of the stream against the host's clock, in sweeps.
  ///   - skipped: bytes that came and belonged to no sweep; nil where the link was lost.
  init(lateness: Double, skipped: Int?, sweepBytes: Int) {
    let late = min(max(0, lateness), 1e15)
    guard let skipped else {
      self.init(missing: UInt64(late.rounded()), reason: .estimatedGap)
      return
    }
    let passed = Double(skipped / sweepBytes)
    if skipped % sweepBytes == 0, abs(late - passed) < Self.presence {
      self.init(missing: UInt64(passed), reason: .corrupted)
      return
    }
    let least = Double((skipped + sweepBytes - 1) / sweepBytes)
    let counted = Self.nearest(late, atLeast: least, skipped, sweepBytes)
    let isAgreed = counted.map { abs($0 - late) <= Self.agreement } ?? false
    let missing = isAgreed ? counted ?? late : max(least, late.rounded())
    self.init(missing: UInt64(missing), reason: .estimatedGap)
  }

  private init(missing: UInt64, reason: DiscontinuityReason) {
    self.missing = missing
    self.reason = reason
  }

  /// The count nearest to `late` that whole packets allow; nil where none does.
  private static func nearest(
    _ late: Double, atLeast least: Double, _ skipped: Int, _ sweepBytes: Int
  ) -> Double? {
    let round = 64
    let rest = (0..<round).first { ($0 * sweepBytes - skipped) % packet == 0 }
    guard let rest else { return nil }
    let turns = ((late - Double(rest)) / Double(round)).rounded()
    let count = Double(rest) + turns * Double(round)
    return count < least
      ? count + Double(round) * ((least - count) / Double(round)).rounded(.up) : count
  }
}
