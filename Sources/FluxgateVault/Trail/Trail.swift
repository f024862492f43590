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
  /// - Parameters:
  ///   - log: the log's verifier key, from elsewhere than the source.
  ///   - older: a checkpoint that was seen before, as the log signed it.
  public static func read(
    _ source: TrailSource, log: VerifierKey, secret: PatientSecret, since older: [UInt8]? = nil
  ) async throws(TrailError) -> TrailReport {
    var report = TrailReport(book: ConsentBook(patient: secret.publicKey))
    // Listed before the checkpoint is read: what lies there then has its entry below it, also while
    // a server is at work.
    let lyingBefore = try await StoredWords(source, of: secret.publicKey)
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
    let before = olderCheckpoint(older, log, &report)
    var tree = TrailTree(head: head, older: before)
    let entries = try await entries(source, &tree)
    report.findings += tree.findings
    try await open(entries, source, secret, &report)
    let lying = try await StoredWords(source, of: secret.publicKey)
    TrailAudit(lying, patient: secret.publicKey).judge(&report)
    // Where a record cannot be read, it may be that of anything.
    if UInt64(report.lines.count) == head.size {
      report.findings += lyingBefore.unentered(in: report.lines)
    }
    return report
  }

  private static func olderCheckpoint(
    _ older: [UInt8]?, _ log: VerifierKey, _ report: inout TrailReport
  ) -> Checkpoint? {
    guard let older else { return nil }
    do {
      let checkpoint = try SignedNote(older).checkpoint(log: log)
      report.comparedSize = checkpoint.size
      return checkpoint
    } catch {
      report.findings.append(.olderCheckpoint(error))
      return nil
    }
  }

  /// The log's entries as far as they can be read; bundles of 256, the last one partial.
  private static func entries(
    _ source: TrailSource, _ tree: inout TrailTree
  ) async throws(TrailError) -> [[UInt8]] {
    for address in TileAddress.all(ofSize: tree.head.size) where address.level == .entries {
      guard let bundle = try await tile(address, source).flatMap(EntryBundle.decode),
        bundle.count >= address.width
      else {
        tree.miss(address)
        return tree.entries
      }
      let hashes = TileAddress(level: .hashes(0), index: address.index, width: address.width)
      let leaves: [UInt8]? =
        if let hashes { try await tile(hashes, source) } else { nil }
      tree.append(Array(bundle.prefix(address.width)), leaves: leaves ?? [])
    }
    tree.finish()
    return tree.entries
  }

  /// A partial tile may have been replaced by its full one.
  private static func tile(
    _ address: TileAddress, _ source: TrailSource
  ) async throws(TrailError) -> [UInt8]? {
    if let bytes = try await source.tile(address) { return bytes }
    return address.isFull ? nil : try await source.tile(address.full)
  }

  private static func open(
    _ entries: [[UInt8]], _ source: TrailSource, _ secret: PatientSecret,
    _ report: inout TrailReport
  ) async throws(TrailError) {
    for start in stride(from: 0, to: entries.count, by: 256) {
      let some = Array(entries[start..<min(start + 256, entries.count)])
      let sealed = try await source.records(UInt64(start), some)
      for (place, entry) in some.enumerated() {
        let index = UInt64(start + place)
        guard let sealed = sealed[index] else {
          report.findings.append(.recordMissing(index: index))
          continue
        }
        guard let opened = SaltedRecord(opening: sealed, with: secret), opened.entry == entry
        else {
          report.findings.append(.recordAltered(index: index))
          continue
        }
        report.lines.append(TrailLine(index: index, record: opened.record))
      }
    }
  }
}
