internal import FluxgateConsent
public import FluxgateLedger
public import FluxgateSeal

/// Reads a vault's trail and finds whether anybody has changed it.
///
/// ```swift
/// let source = TrailSource.folder(vault, ledger: home.ledgerFolder)
/// let report = try await Trail.read(source, log: key, secret: secret, since: olderCheckpoint)
/// ```
///
/// Everything is rebuilt: the tree from its entries, each entry from its record and salt, and each
/// release from the consents at that instant. What is found needs nobody's word but an older
/// checkpoint: altered, removed and swapped records and entries are found without one; a trail that
/// was cut, rewritten under the log's own key, or put back from a copy, by it.
public enum Trail {
  /// The longest trail that is read: 16 777 216 entries. A log's size is what its key's holder says.
  public static let entryCountMax: UInt64 = 1 << 24

  /// - Parameters:
  ///   - log: the log's verifier key, from elsewhere than the source.
  ///   - older: checkpoints that were seen before, as the log signed them.
  public static func read(
    _ source: TrailSource, log: VerifierKey, secret: PatientSecret, since older: [[UInt8]] = []
  ) async throws(TrailError) -> TrailReport {
    var report = TrailReport(book: ConsentBook(patient: secret.publicKey))
    let head: Checkpoint
    do {
      let note = try SignedNote(try await source.checkpoint())
      head = try note.checkpoint(log: log)
      report.note = note
      report.checkpoint = head
    } catch let error as NoteError {
      report.findings.append(.checkpoint(error))
      return report
    } catch let error as TrailError {
      throw error
    } catch {
      throw .server("\(error)")
    }
    guard head.size <= entryCountMax else {
      report.findings.append(.tooLong(size: head.size))
      return report
    }
    let before = olderCheckpoints(older, log, &report)
    try await read(source, TrailTree(head: head, older: before), secret, &report)
    TrailAudit(consents: try await source.consents(), patient: secret.publicKey).judge(&report)
    return report
  }

  private static func olderCheckpoints(
    _ older: [[UInt8]], _ log: VerifierKey, _ report: inout TrailReport
  ) -> [Checkpoint] {
    var found: [Checkpoint] = []
    for bytes in older {
      do {
        found.append(try SignedNote(bytes).checkpoint(log: log))
      } catch {
        report.findings.append(.olderCheckpoint(error))
      }
    }
    report.comparedSizes = Set(found.map(\.size)).sorted()
    return found
  }

  /// The log's entries as far as they can be read, bundle by bundle: 256 entries, the last one
  /// partial. Nothing beyond the first that is missing is asked for.
  private static func read(
    _ source: TrailSource, _ begun: TrailTree, _ secret: PatientSecret,
    _ report: inout TrailReport
  ) async throws(TrailError) {
    var tree = begun
    var records: [TrailFinding] = []
    var isWhole = true
    for address in TileAddress.all(ofSize: tree.head.size) where address.level == .entries {
      guard let bundle = try await tile(address, source).flatMap(EntryBundle.decode),
        bundle.count >= address.width
      else {
        tree.miss(address)
        isWhole = false
        break
      }
      let entries = Array(bundle.prefix(address.width))
      let hashes = TileAddress(level: .hashes(0), index: address.index, width: address.width)
      let leaves: [UInt8]? =
        if let hashes { try await tile(hashes, source) } else { nil }
      tree.append(entries, leaves: leaves ?? [])
      let first = address.index * UInt64(TileAddress.fullWidth)
      records += try await open(entries, from: first, source, secret, &report.lines)
    }
    if isWhole { tree.finish() }
    report.findings += tree.findings + records
  }

  /// A partial tile may have been replaced by its full one.
  private static func tile(
    _ address: TileAddress, _ source: TrailSource
  ) async throws(TrailError) -> [UInt8]? {
    if let bytes = try await source.tile(address) { return bytes }
    return address.isFull ? nil : try await source.tile(address.full)
  }

  /// Opens the records of at most 256 entries, and gives what is wrong with them.
  private static func open(
    _ entries: [[UInt8]], from first: UInt64, _ source: TrailSource, _ secret: PatientSecret,
    _ lines: inout [TrailLine]
  ) async throws(TrailError) -> [TrailFinding] {
    let sealed = try await source.records(first, entries)
    var findings: [TrailFinding] = []
    for (place, entry) in entries.enumerated() {
      let index = first + UInt64(place)
      guard let sealed = sealed[index] else {
        findings.append(.recordMissing(index: index))
        continue
      }
      guard let opened = SaltedRecord(opening: sealed, with: secret), opened.entry == entry
      else {
        findings.append(.recordAltered(index: index))
        continue
      }
      lines.append(TrailLine(index: index, record: opened.record))
    }
    return findings
  }
}
