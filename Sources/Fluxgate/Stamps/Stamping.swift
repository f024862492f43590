public import FluxgateLedger
internal import FluxgateSeal

/// Has heads of a log dated and keeps the stamps.
public struct Stamping: Sendable {
  /// Seconds for an authority's whole answer.
  public static let patience = 10

  private let shelf: StampShelf
  private let authorities: [StampAuthority]
  private let exchange: HTTPExchange
  /// At least so long from one stamp of a growing log to the next.
  let interval: Duration

  /// - Parameters:
  ///   - authorities: asked in this order until one answers well.
  ///   - interval: zero has each checkpoint dated, those that come while one is asked for together.
  public init(
    shelf: StampShelf, authorities: [StampAuthority], interval: Duration = .zero
  ) {
    self.interval = interval
    self.shelf = shelf
    self.authorities = authorities
    exchange = HTTPExchange(timeout: Self.patience)
  }

  /// Has a head dated, and returns when its stamp is durable.
  public func stamp(_ note: SignedNote, _ checkpoint: Checkpoint) async throws(Fault) -> DatedHead {
    let (stamp, authority) = try await ask(Array(note.text.utf8))
    try shelf.keep(stamp, of: note, size: checkpoint.size)
    return DatedHead(checkpoint: checkpoint, note: note, stamp: stamp, authority: authority)
  }

  private func ask(_ text: [UInt8]) async throws(Fault) -> (TimeStamp, StampAuthority) {
    var reasons: [String] = []
    for authority in authorities {
      do throws(StampFault) {
        return (try await authority.stamp(text, over: exchange), authority)
      } catch {
        reasons.append("\(authority.url): \(error)")
      }
    }
    guard !reasons.isEmpty else { throw .noAuthority }
    throw .noStamp(cause: reasons.joined(separator: "; "))
  }
}
