internal import FluxgateLedger
internal import FluxgateRecording
internal import FluxgateSeal

/// A recording's folder as a push reads it: only files that the format names, each checked.
struct PushSource {
  /// Far more than any of them has.
  static let documentByteCountMax = 1 << 26

  let folder: RecordingFolder
  let head: HeadDocument
  /// Identity, pairing and salt with their bytes; the identity last, for it makes the rest findable.
  let opening: [(ObjectName, [UInt8])]
  /// Segments with a manifest, in order.
  let segments: [UInt32]
  let capsules: [CapsuleFileName]
  /// Epochs that have ended and have a span, in order.
  let spans: [UInt32]
  private let proofs: Set<UInt32>
  private let patient: PatientPublicKey?
  private let proofCheck: LedgerProofCheck?

  /// Manifests are listed before capsules: a manifest's capsules were there before it.
  init(_ folder: RecordingFolder, patient: PatientPublicKey?) throws(VaultError) {
    self.folder = folder
    self.patient = patient
    guard Folders.isFolder(folder.path) else { throw .missing(path: folder.path) }
    let recording = try Self.read(folder.recording)
    let head: HeadDocument
    do { head = try HeadDocument(recording) } catch { throw .refused(folder.recording, error) }
    self.head = head
    opening = try Self.opening(folder, recording, head, patient)
    segments = try Self.numbers(folder.manifests, ".manifest")
    proofs = Set(try Self.numbers(folder.proofs, ".tlog-proof"))
    spans = try Self.endedSpans(folder, head)
    capsules = try Folders.list(folder.capsules).compactMap { CapsuleFileName($0.name) }
    proofCheck = try? LedgerProofCheck(try Pairing.read(try Self.read(folder.pairing)))
  }

  /// What progress counts to.
  var objectCount: Int {
    opening.count + capsules.count + 2 * segments.count + proofs.intersection(segments).count
      + spans.count
  }

  /// Made by the patient perhaps, and no key is known to check it by.
  func isCheckedElsewhere(_ name: CapsuleFileName) -> Bool { patient == nil && name.grant != nil }

  func capsule(_ name: CapsuleFileName) throws(VaultError) -> (ObjectName, [UInt8]) {
    let object = ObjectName.capsule(head.recording, name)
    let bytes = try Self.read("\(folder.capsules)/\(name.text)")
    _ = try checked(object) { () throws(ObjectFault) in
      try CapsuleDocument.check(bytes, named: name, of: head, patient: patient)
    }
    return (object, bytes)
  }

  func manifest(
    _ number: UInt32, after previous: [UInt8]
  ) throws(VaultError) -> ([UInt8], ManifestDocument) {
    let bytes = try Self.read(folder.manifest(number))
    let document = try checked(.manifest(head.recording, number)) { () throws(ObjectFault) in
      try ManifestDocument(bytes, number, of: head, after: previous)
    }
    return (bytes, document)
  }

  func span(_ epoch: UInt32) throws(VaultError) -> (ObjectName, [UInt8]) {
    let name = ObjectName.span(head.recording, epoch)
    let bytes = try Self.read(folder.span(epoch))
    _ = try checked(name) { () throws(ObjectFault) in
      try SpanDocument.read(bytes, epoch, of: head)
    }
    return (name, bytes)
  }

  /// How many have signed under a proof that holds for the segment; nil for one that does not, or
  /// that cannot be checked because the salt is gone.
  func signerCount(_ proof: [UInt8], of manifest: ManifestDocument) -> Int? {
    guard let proofCheck, let salt = opening.first(where: { $0.0 == .salt(head.recording) })?.1,
      let entry = try? LedgerEntry.segment(salt: salt, manifestDigest: manifest.digest)
    else { return nil }
    return proofCheck.signerCount(proof, of: entry)
  }

  /// Nil when the segment has no proof.
  func proof(_ number: UInt32) throws(VaultError) -> (ObjectName, [UInt8])? {
    guard proofs.contains(number) else { return nil }
    return (.proof(head.recording, number), try Self.read(folder.proof(number)))
  }

  /// While an epoch goes on its span may still change. One that cannot be read is told when it is
  /// carried.
  private static func endedSpans(
    _ folder: RecordingFolder, _ head: HeadDocument
  ) throws(VaultError) -> [UInt32] {
    var ended: [UInt32] = []
    for epoch in try numbers(folder.spans, ".span") {
      let span = try? EpochSpan.read(try read(folder.span(epoch)), gateway: head.gateway)
      if span?.isEnded ?? true { ended.append(epoch) }
    }
    return ended
  }

  private static func opening(
    _ folder: RecordingFolder, _ recording: [UInt8], _ head: HeadDocument,
    _ patient: PatientPublicKey?
  ) throws(VaultError) -> [(ObjectName, [UInt8])] {
    let pairing = try read(folder.pairing)
    _ = try checked(.pairing(head.recording)) { () throws(ObjectFault) in
      try PairingDocument.read(pairing, of: head, by: patient)
    }
    var objects: [(ObjectName, [UInt8])] = [(.pairing(head.recording), pairing)]
    // Erasure takes the salt away; what is left may still be kept.
    if let file = try VaultFile.reading(folder.salt) {
      let salt = try file.read(33, at: 0)
      guard salt.count == 32 else {
        throw .refused(folder.salt, .size(UInt64(salt.count), expected: 32))
      }
      objects.append((.salt(head.recording), salt))
    }
    return objects + [(.head(head.recording), recording)]
  }

  private static func read(_ path: String) throws(VaultError) -> [UInt8] {
    guard let file = try VaultFile.reading(path) else { throw .missing(path: path) }
    let size = try file.size()
    guard size <= UInt64(documentByteCountMax) else {
      throw .refused(path, .size(size, expected: UInt64(documentByteCountMax)))
    }
    return try file.read(Int(size), at: 0)
  }

  private static func numbers(
    _ path: String, _ suffix: String
  ) throws(VaultError) -> [UInt32] {
    try Folders.list(path).compactMap {
      $0.name.hasSuffix(suffix) ? segmentNumber($0.name.dropLast(suffix.count)) : nil
    }.sorted()
  }
}
