internal import Synchronization

/// What the sealing and syncing threads have done so far, for the screen. Any thread may read.
public final class LiveCounters: Sendable {
  private let chunks = Atomic<UInt64>(0)
  private let rawBytes = Atomic<UInt64>(0)
  private let sealedBytes = Atomic<UInt64>(0)
  private let syncs = Atomic<UInt64>(0)
  private let lastSync = Atomic<Int64>(0)
  private let newestStored = Atomic<Int64>(0)
  private let anchored = Atomic<UInt64>(0)
  private let cosigned = Atomic<UInt64>(0)
  private let closed = Atomic<UInt64>(0)
  private let delivered = Atomic<UInt64>(0)
  private let latency = InlineArray<40, Atomic<UInt64>> { _ in Atomic(0) }

  public init() {}

  public var sealedChunks: UInt64 { chunks.load(ordering: .relaxed) }
  public var rawByteCount: UInt64 { rawBytes.load(ordering: .relaxed) }
  /// Bytes appended to the journal.
  public var sealedByteCount: UInt64 { sealedBytes.load(ordering: .relaxed) }
  public var syncCount: UInt64 { syncs.load(ordering: .relaxed) }
  /// When the disk last said that all was written, in nanoseconds (``HostTime``); 0 before.
  public var lastSyncTime: Int64 { lastSync.load(ordering: .relaxed) }
  public var closedSegments: UInt64 { closed.load(ordering: .relaxed) }
  public var anchoredSegments: UInt64 { anchored.load(ordering: .relaxed) }
  /// Segments whose proof enough witnesses have cosigned.
  public var cosignedSegments: UInt64 { cosigned.load(ordering: .relaxed) }
  public var deliveredSegments: UInt64 { delivered.load(ordering: .relaxed) }

  /// Time from a chunk's last row to the disk's word for it: the upper end of the power of two of
  /// nanoseconds that `share` (0...1) of all chunks stayed below; nil before the first.
  public func latency(share: Double) -> Int64? {
    let counts = (0..<40).map { latency[$0].load(ordering: .relaxed) }
    let total = counts.reduce(0, +)
    guard total > 0 else { return nil }
    var seen: UInt64 = 0
    for (power, count) in counts.enumerated() {
      seen += count
      if Double(seen) >= share * Double(total) { return 1 << Int64(power) }
    }
    return nil
  }

  func noteChunk(raw: Int, sealed: Int) {
    chunks.wrappingAdd(1, ordering: .relaxed)
    rawBytes.wrappingAdd(UInt64(raw), ordering: .relaxed)
    sealedBytes.wrappingAdd(UInt64(sealed), ordering: .relaxed)
  }

  func noteSync(at time: Int64) {
    syncs.wrappingAdd(1, ordering: .relaxed)
    lastSync.store(time, ordering: .relaxed)
  }

  func noteLatency(_ nanoseconds: Int64) {
    let power = Int64.bitWidth - max(1, nanoseconds).leadingZeroBitCount
    latency[min(39, power)].wrappingAdd(1, ordering: .relaxed)
  }

  func noteClosed() { closed.wrappingAdd(1, ordering: .relaxed) }
  func noteAnchored() { anchored.wrappingAdd(1, ordering: .relaxed) }
  func noteCosigned() { cosigned.wrappingAdd(1, ordering: .relaxed) }
  func noteDelivered() { delivered.wrappingAdd(1, ordering: .relaxed) }
}
