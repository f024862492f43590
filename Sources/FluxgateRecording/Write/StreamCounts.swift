/// Rows of a stream since the writer was made: received = stored + lost.
public struct StreamCounts: Sendable, Hashable {
  public internal(set) var stored: UInt64 = 0
  /// Lost samples by the raw value of their `DiscontinuityReason`.
  public internal(set) var lost: [UInt8: UInt64] = [:]

  public var received: UInt64 { stored &+ lost.values.reduce(0, &+) }

  init() {}

  mutating func add(_ account: RowAccount) {
    stored &+= account.stored
    lost.merge(account.lost) { $0 &+ $1 }
  }

  init(_ account: RowAccount) {
    stored = account.stored
    lost = account.lost
  }
}
