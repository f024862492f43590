public import FluxgateRecording
public import FluxgateSeal

/// Carries a recording into a vault: what is sealed or signed, and the salt; never a journal.
///
/// Every file is checked to be what its name says before it is put. Order makes it safe to stop
/// anywhere: identity, pairing, salt and capsules first, then for each segment its file, then its
/// manifest, then its proof; last the spans of epochs that have ended. A manifest in the vault never names an object that is not durable there.
/// To go on after a stop, or to bring what has been recorded since, push again.
public enum Push {
  /// May run while the gateway records: it carries the segments that are closed.
  ///
  /// - Parameters:
  ///   - patient: whose pairing it must be, and whose later grants are carried. Nil checks the pairing
  ///     for the gateway that it names only, and refuses capsules that the gateway did not sign.
  ///   - rereading: reads segments again that an earlier push has put, on both sides. Without it
  ///     their presence and size are checked.
  ///   - progress: called on this thread after every object.
  @discardableResult
  public static func run(
    _ folder: RecordingFolder, to vault: DirectoryVault, patient: PatientPublicKey? = nil,
    rereading: Bool = false,
    progress: (PushProgress) -> Void = { _ in }
  ) throws(VaultError) -> PushReport {
    try vault.removeLeftovers()
    let source = try PushSource(folder, patient: patient)
    let known = Set(try VaultErasure.tombstones(in: vault))
    let erasures = try erasures(of: source, in: vault)
    if erasures.isWhole { throw .erased(recording: hexadecimal(source.head.recording)) }
    let report = try withoutActuallyEscaping(progress) { (progress) throws(VaultError) in
      var run = PushRun(
        vault: vault, source: source, erasures: erasures, isRereading: rereading,
        progress: progress)
      return try run.run()
    }
    // Erased while this ran: what was put after the eraser had looked goes, too. And what the vault
    // could not tell the time of, until the span came.
    let now = try VaultErasure.tombstones(in: vault)
    if erasures.goesBeyondLists || !known.isSuperset(of: now) {
      try VaultErasure.finish(in: vault)
    }
    return report
  }

  /// By the vault's tombstones and those in the folder.
  private static func erasures(
    of source: PushSource, in vault: DirectoryVault
  ) throws(VaultError) -> Erasures {
    let known = try VaultErasure.tombstones(in: vault)
    let place = FolderPlace(folder: source.folder)
    let all = try known + FolderErasure.tombstones(in: source.folder)
    return try RecordingErasure(all, of: source.head.recording, in: place)?.erasures
      ?? Erasures([], of: source.head.recording, began: nil)
  }
}

/// A push under way.
private struct PushRun {
  let vault: DirectoryVault
  let source: PushSource
  let erasures: Erasures
  let isRereading: Bool
  let progress: (PushProgress) -> Void
  private var report = PushReport()
  private var done = 0

  init(
    vault: DirectoryVault, source: PushSource, erasures: Erasures, isRereading: Bool,
    progress: @escaping (PushProgress) -> Void
  ) {
    self.vault = vault
    self.source = source
    self.erasures = erasures
    self.isRereading = isRereading
    self.progress = progress
  }

  mutating func run() throws(VaultError) -> PushReport {
    for (name, bytes) in source.opening {
      note(name, UInt64(bytes.count), isNew: try vault.put(name, bytes))
    }
    for capsule in source.capsules {
      // Who does not know the patient's key can check nothing of theirs, and need not bring it back.
      if source.isCheckedElsewhere(capsule),
        try vault.byteCount(.capsule(source.head.recording, capsule)) != nil
      {
        continue
      }
      let (name, bytes) = try source.capsule(capsule)
      guard !holdsErasedKey(bytes) else {
        report.withheld.append(name.text)
        continue
      }
      note(name, UInt64(bytes.count), isNew: try vault.put(name, bytes))
    }
    // Without their keys, these tell that the keys are erased.
    for epoch in source.spans where reach(epoch) == .all && !isGone(epoch) { try putSpan(epoch) }
    var previous = source.head.digest
    for number in source.segments {
      let (bytes, manifest) = try source.manifest(number, after: previous)
      try put(manifest, bytes)
      previous = manifest.digest
    }
    for epoch in source.spans where reach(epoch) != .all { try putSpan(epoch) }
    return report
  }

  private func holdsErasedKey(_ bytes: [UInt8]) -> Bool {
    guard let capsule = try? Capsule.inspect(bytes) else { return false }
    return capsule.entries.contains { erasures.covers($0.category, $0.epoch) }
  }

  private mutating func putSpan(_ epoch: UInt32) throws(VaultError) {
    let (name, bytes) = try source.span(epoch)
    note(name, UInt64(bytes.count), isNew: try vault.put(name, bytes))
  }

  private func isGone(_ epoch: UInt32) -> Bool {
    erasures.takesSpan(epoch, of: source.head.categories)
  }

  private func reach(_ epoch: UInt32) -> ErasureReach {
    erasures.reach(epoch, of: source.head.categories)
  }

  private mutating func put(
    _ manifest: ManifestDocument, _ bytes: [UInt8]
  ) throws(VaultError) {
    let name = ObjectName.manifest(source.head.recording, manifest.segment)
    if !erasures.takesCiphertext(manifest.epoch, of: source.head.categories) {
      try putSegment(manifest, isKnown: try vault.byteCount(name) != nil)
    }
    note(name, UInt64(bytes.count), isNew: try vault.put(name, bytes))
    if let (name, bytes) = try source.proof(manifest.segment) {
      note(name, UInt64(bytes.count), isNew: try put(name, bytes, provingThat: manifest))
    }
  }

  /// A proof gains cosignatures after it was pushed: of two that hold, the one with more stays.
  private func put(
    _ name: ObjectName, _ proof: [UInt8], provingThat manifest: ManifestDocument
  ) throws(VaultError) -> Bool {
    do {
      return try vault.put(name, proof)
    } catch {
      guard case .conflict = error else { throw error }
      let known = try vault.get(name, limit: 1 << 20)
      guard let before = source.signerCount(known, of: manifest),
        let now = source.signerCount(proof, of: manifest)
      else { throw error }
      if now <= before { return false }
      try vault.replace(name, proof)
      return true
    }
  }

  private mutating func putSegment(
    _ manifest: ManifestDocument, isKnown: Bool
  ) throws(VaultError) {
    let isThere = try vault.byteCount(manifest.object) == manifest.file.byteCount
    let isNew =
      if isKnown, isThere, !isRereading {
        false
      } else {
        try vault.put(
          manifest.object, contentsOf: source.folder.segment(manifest.segment),
          expected: manifest.file)
      }
    note(manifest.object, manifest.file.byteCount, isNew: isNew)
  }

  private mutating func note(_ name: ObjectName, _ byteCount: UInt64, isNew: Bool) {
    done += 1
    if isNew {
      report.put.append(name.text)
      report.byteCount += byteCount
    } else {
      report.alreadyThereCount += 1
    }
    progress(
      PushProgress(name: name.text, isNew: isNew, done: done, total: source.objectCount))
  }
}
