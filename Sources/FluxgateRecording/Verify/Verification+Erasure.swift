internal import FluxgateSeal

extension Verification {
  /// What the patient has erased: read before the parts that may then be missing.
  mutating func loadErasures(_ head: RecordingHead) throws(RecordingError) {
    let (tombstones, refused) = try TombstoneFile.all(in: folder, of: try patientFingerprint())
    for (file, fault) in refused { find(.tombstone(file), .document(fault)) }
    erasures = Erasures(
      tombstones, of: head.recording, began: nil,
      spans: tombstones.isEmpty ? [] : try soundSpans(head))
    for tombstone in tombstones
    where !erasures.tombstones.contains(tombstone) && !tombstone.mayReach(head.recording) {
      find(.tombstone("\(tombstone.text).tombstone"), .document(.field("recording")))
    }
    report.recording = head.recording
    report.erasures = erasures.tombstones
  }

  /// Those that say when an epoch was; what is wrong with the others is told where spans are checked.
  private func soundSpans(_ head: RecordingHead) throws(RecordingError) -> [EpochSpan] {
    var spans: [EpochSpan] = []
    for epoch in try RecordingFolder.numbers(in: folder.spans, suffix: "span") {
      let file = try Disk.read(folder.span(epoch), limit: 1 << 20)
      guard let span = try? EpochSpan.read(file, gateway: head.gateway),
        span.recording == head.recording, span.epoch == epoch
      else { continue }
      spans.append(span)
    }
    return spans
  }

  /// The trusted patient, or else the one whom the pairing names.
  private func patientFingerprint() throws(RecordingError) -> KeyFingerprint? {
    if let trustedPatient { return trustedPatient }
    guard Disk.exists(folder.pairing) else { return nil }
    return try? Pairing.read(try Disk.read(folder.pairing)).patient
  }

  /// Without the salt a recording is erased, or has lost what its proofs need.
  mutating func checkWithoutSalt(_ chain: ManifestChain) throws(RecordingError) {
    let hasCapsules = try !CapsuleName.all(in: folder).isEmpty
    report.isErased = !hasCapsules
    if erasures.isWhole { return try takeEntries(chain) }
    find(.salt, hasCapsules ? .missing : .keysGone)
  }

  /// The entries that were kept for the proofs. They no longer tell which manifest they stand for.
  private mutating func takeEntries(_ chain: ManifestChain) throws(RecordingError) {
    for (manifest, digest) in zip(chain.manifests, chain.digests)
    where Disk.exists(folder.proof(manifest.segment)) {
      let path = folder.entry(manifest.segment)
      let name = "proofs/\(padded(manifest.segment)).entry"
      guard Disk.exists(path) else {
        find(.file(name), .missing)
        continue
      }
      let entry = try Disk.read(path, limit: 1 << 10)
      guard entry.count == 32 else {
        find(.file(name), .size)
        continue
      }
      report.entries.append(
        ClosedSegment(segment: manifest.segment, manifestDigest: digest, entry: entry))
    }
  }
}
