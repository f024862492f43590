internal import FluxgateSeal

extension Verification {
  /// Step 5: nothing in the folder that the format does not know; and the ledger's entries.
  mutating func checkFolder(
    _ chain: ManifestChain, _ head: RecordingHead
  ) throws(RecordingError) {
    let known = Set(RecordingFolder.files + RecordingFolder.folders + [TombstoneFile.folder])
    for name in try Disk.list(folder.path) where !known.contains(name) { findExtra(name) }
    let last = UInt32(chain.manifests.count + chain.faults.count)
    try checkNames(in: "segments", suffix: "h5", last: last)
    try checkNames(in: "manifests", suffix: "manifest", last: last)
    try checkNames(in: "proofs", suffix: "tlog-proof", or: "entry", last: last)
    try checkJournals()
    try checkSalt(chain)
  }

  private mutating func findExtra(_ name: String) {
    if !name.hasSuffix(Disk.aside) { find(.file(name), .extra) }
  }

  private mutating func checkNames(
    in place: String, suffix: String, or other: String? = nil, last: UInt32
  ) throws(RecordingError) {
    let path = "\(folder.path)/\(place)"
    guard Disk.exists(path) else { return }
    for name in try Disk.list(path) {
      let number = [suffix, other].lazy.compactMap { $0 }
        .compactMap { RecordingFolder.number(of: name, suffix: $0) }.first
      guard let number, number <= last, suffix != "h5" || holds(number) else {
        if !isAwaitingRecovery(number) { findExtra("\(place)/\(name)") }
        continue
      }
    }
  }

  /// A segment whose journal is still there was written by a gateway killed before the manifest.
  private func isAwaitingRecovery(_ segment: UInt32?) -> Bool {
    segment.map { Disk.exists(folder.journal($0)) } ?? false
  }

  private mutating func checkJournals() throws(RecordingError) {
    guard Disk.exists(folder.journals) else { return }
    for name in try Disk.list(folder.journals) {
      if let number = RecordingFolder.number(of: name, suffix: "fxj") {
        try checkJournal(number)
      } else {
        findExtra("journal/\(name)")
      }
    }
  }

  /// A torn end is the trace of a kill; damage before whole records, or a record of nonsense, is not.
  private mutating func checkJournal(_ number: UInt32) throws(RecordingError) {
    find(.journal(number), .recoveryNeeded)
    do {
      var reader = try JournalReader(folder.journal(number))
      while try reader.next() != nil {}
      if reader.tornByteCount > 0, try reader.wholeRecordFollows() {
        find(.journal(number), .structure("damaged at byte \(reader.offset)"))
      }
    } catch {
      guard case .journal(_, let offset, _) = error else { throw error }
      find(.journal(number), .structure("damaged at byte \(offset)"))
    }
  }

  private mutating func checkSalt(_ chain: ManifestChain) throws(RecordingError) {
    guard Disk.exists(folder.salt) else {
      if report.part == nil { try checkWithoutSalt(chain) }
      return
    }
    if erasures.isWhole { find(.salt, .notErased) }
    let salt = try Disk.read(folder.salt, limit: 1 << 10)
    guard salt.count == 32 else { return find(.salt, .size) }
    guard chain.faults.isEmpty else { return }
    for manifest in chain.manifests {
      let file = try Disk.read(folder.manifest(manifest.segment))
      report.entries.append(
        ClosedSegment(
          segment: manifest.segment, manifestDigest: SHA256.digest(file),
          entry: ClosedSegment.entry(manifest: file, salt: salt)))
    }
  }
}
