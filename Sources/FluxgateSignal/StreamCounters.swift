internal import Synchronization

/// Live counts of one stream since its recording began, written by its acquisition thread and read by
/// anybody.
public final class StreamCounters: Sendable {
  private let accepted = Atomic<UInt64>(0)
  private let lost = InlineArray<16, Atomic<UInt64>> { _ in Atomic(0) }
  /// What of `accepted` and `lost` came before the recording began.
  private let acceptedBefore = Atomic<UInt64>(0)
  private let lostBefore = InlineArray<16, Atomic<UInt64>> { _ in Atomic(0) }
  private let newest = Atomic<Int64>(0)
  private let partsPerBillion = Atomic<Int64>(0)
  private let jitter = Atomic<Int64>(0)
  private let uncertainty = Atomic<Int64>(0)

  public init() {}

  /// Rows handed to the ring, without those that were passed over.
  public var acceptedRows: UInt64 {
    accepted.load(ordering: .relaxed) &- acceptedBefore.load(ordering: .relaxed)
  }
  public func lostRows(_ reason: DiscontinuityReason) -> UInt64 {
    let place = Int(reason.rawValue)
    return lost[place].load(ordering: .relaxed) &- lostBefore[place].load(ordering: .relaxed)
  }
  public var lostRows: UInt64 {
    DiscontinuityReason.allCases.reduce(0) { $0 + lostRows($1) }
  }
  /// Time of the newest row, and how its device's clock stands against the host's.
  public var newestTime: HostTime { HostTime(nanoseconds: newest.load(ordering: .relaxed)) }
  public var clockErrorPartsPerMillion: Double {
    Double(partsPerBillion.load(ordering: .relaxed)) / 1000
  }
  public var jitterNanoseconds: Int64 { jitter.load(ordering: .relaxed) }
  /// Half-width of what is not known of a row's time, apart from the sensor's own delay.
  public var uncertaintyNanoseconds: Int64 { uncertainty.load(ordering: .relaxed) }

  func addAccepted(_ rows: Int, newest time: HostTime) {
    accepted.wrappingAdd(UInt64(rows), ordering: .relaxed)
    newest.store(time.nanoseconds, ordering: .relaxed)
  }

  func addLost(_ rows: UInt64, _ reason: DiscontinuityReason) {
    lost[Int(reason.rawValue)].wrappingAdd(rows, ordering: .relaxed)
  }

  /// Rows and losses from before the recording began do not count. Once, by the ring's reader.
  public func passOver(_ rows: UInt64, lost losses: [DiscontinuityReason: UInt64]) {
    acceptedBefore.store(rows, ordering: .relaxed)
    for (reason, count) in losses {
      lostBefore[Int(reason.rawValue)].store(count, ordering: .relaxed)
    }
  }

  /// Called by the acquisition thread after each clock fit.
  public func noteClock(
    partsPerMillion: Double, jitter nanoseconds: Int64, uncertainty halfWidth: Int64
  ) {
    partsPerBillion.store(Int64((partsPerMillion * 1000).rounded()), ordering: .relaxed)
    jitter.store(nanoseconds, ordering: .relaxed)
    uncertainty.store(halfWidth, ordering: .relaxed)
  }
}
