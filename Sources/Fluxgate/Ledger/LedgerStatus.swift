public import FluxgateLedger

/// What a log's head, its witnesses and its stamps say, each as far as it is verified.
public struct LedgerStatus: Sendable {
  public let verifierKey: VerifierKey
  public let head: Checkpoint
  public let note: SignedNote
  public let witnesses: WitnessPolicy?
  /// Rising by size. Each leads to a configured root, and the log goes through its head.
  public let stamps: [DatedHead]
  /// What is wrong with the stamps left out above.
  public let stampFaults: [Fault]

  public init(_ place: LedgerPlace) throws(Fault) {
    let log = try place.log()
    verifierKey = log.verifierKey
    head = log.head
    note = log.note
    witnesses = try place.witnesses()
    (stamps, stampFaults) = try Self.stamps(place, log)
  }

  /// How many of the witnesses that count have cosigned the head.
  public var cosignerCount: Int {
    witnesses?.trusted.cosigners(of: note, log: verifierKey).count ?? 0
  }

  public var isCosigned: Bool { witnesses.map { cosignerCount >= $0.quorum } ?? false }

  /// What may be said of the head's witnesses, and no more.
  public var attestation: String {
    guard let witnesses else { return "self-attested only: no witness is asked" }
    let count = "\(cosignerCount) of \(witnesses.members.count) witnesses"
    return isCosigned
      ? "cosigned by \(count)"
      : "self-attested only: cosigned by \(count), \(witnesses.quorum) are needed"
  }

  /// The earliest stamp over an entry.
  public func stamp(of index: UInt64) -> DatedHead? {
    stamps.first { $0.checkpoint.size > index }
  }

  /// Entries that no stamp dates yet.
  public var undatedCount: UInt64 {
    head.size - min(head.size, stamps.last?.checkpoint.size ?? 0)
  }

  private static func stamps(
    _ place: LedgerPlace, _ log: LogReader
  ) throws(Fault) -> ([DatedHead], [Fault]) {
    let sizes = try place.shelf.sizes()
    guard !sizes.isEmpty else { return ([], []) }
    let authorities = try place.authorityFile.read()
    var stamps: [DatedHead] = []
    var faults: [Fault] = []
    for size in sizes {
      do throws(Fault) {
        let item = try place.shelf.item(size)
        let stamp = try DatedHead(item, log: place.verifierKey, authorities: authorities)
        try LedgerHistory.require(log, goesThrough: stamp.checkpoint)
        stamps.append(stamp)
      } catch {
        faults.append(error)
      }
    }
    return (stamps, faults)
  }
}
