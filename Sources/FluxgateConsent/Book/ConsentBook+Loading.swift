public import FluxgateSeal

extension ConsentBook {
  /// Takes the records in any order; what does not count is in `refused`.
  ///
  /// One pass: each record is read once, and looked at again only when what it hangs on counts.
  public init(
    patient: PatientPublicKey, records: [(bytes: [UInt8], receivedAt: Int64?)]
  ) {
    self.init(patient: patient)
    var load = Load(patient: patient.keyFingerprint)
    for (index, record) in records.enumerated() {
      do throws(ConsentError) {
        load.sort(try SignedConsent(record.bytes), index)
      } catch {
        refused.append((index, error))
      }
    }
    let take = { (book: inout ConsentBook, item: Load.Item) -> Bool in
      do throws(ConsentError) {
        try book.add(item.signed, receivedAt: records[item.index].receivedAt)
        return true
      } catch {
        book.refused.append((item.index, error))
        return false
      }
    }
    for item in load.ends { _ = take(&self, item) }
    while let item = load.nextGrant() {
      if take(&self, item) { load.release(below: item.signed.record.id) }
    }
    for item in load.endsBySigners { _ = take(&self, item) }
    for (parent, items) in load.waiting {
      refused += items.map { ($0.index, .unknownParent(parent)) }
    }
    refused.sort { $0.index < $1.index }
  }
}

/// Records in the order in which they can be taken: the patient's revocations, which need no grant;
/// grants from the patient's own down; then the revocations of those who passed something on, the
/// earliest first, because one of each counts.
private struct Load {
  struct Item {
    let signed: SignedConsent
    let index: Int
  }

  let patient: KeyFingerprint
  private(set) var ends: [Item] = []
  /// By the grant that they hang on.
  private(set) var waiting: [ConsentID: [Item]] = [:]
  private var ready: [Item] = []
  private var place = 0
  private var others: [(at: Int64, item: Item)] = []

  init(patient: KeyFingerprint) { self.patient = patient }

  mutating func sort(_ signed: SignedConsent, _ index: Int) {
    let item = Item(signed: signed, index: index)
    switch signed.record {
    case .revocation(let end) where end.signer == patient: ends.append(item)
    case .revocation(let end): others.append((end.at, item))
    case .grant(let grant):
      if let parent = grant.parent {
        waiting[parent, default: []].append(item)
      } else {
        ready.append(item)
      }
    }
  }

  mutating func nextGrant() -> Item? {
    guard place < ready.count else { return nil }
    defer { place += 1 }
    return ready[place]
  }

  /// What hangs on this grant can be taken now.
  mutating func release(below id: ConsentID) { ready += waiting.removeValue(forKey: id) ?? [] }

  var endsBySigners: [Item] {
    others.sorted { ($0.at, $0.item.signed.record.id) < ($1.at, $1.item.signed.record.id) }
      .map(\.item)
  }
}
