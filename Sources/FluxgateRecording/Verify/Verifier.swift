internal import FluxgateSeal

/// Tells whether a recording is whole and by whom it was made. Needs no data key.
///
/// HDF5 works under one lock; call this from one thread at a time.
public enum Verifier {
  /// Judges the proof of one segment: segment number, ledger entry (32 bytes), the proof's bytes.
  public typealias ProofCheck = (UInt32, [UInt8], [UInt8]) -> ProofVerdict

  /// Checks everything in the order of ``RecordingFormat``, "Verification", and goes on after a
  /// finding as far as that makes sense.
  ///
  /// Throws ``RecordingError`` only when the disk fails, or for a folder that is no recording.
  public static func verify(
    _ folder: RecordingFolder, trust: Trust, proofCheck: ProofCheck? = nil
  ) throws(RecordingError) -> VerificationReport {
    var verification = Verification(folder)
    guard let head = try verification.checkHead(trust) else { return verification.report }
    try verification.readPart()
    let chain = try ManifestChain.load(folder, head: head)
    try verification.loadErasures(head)
    verification.check(chain, head)
    verification.checkPart(chain, head)
    for manifest in chain.manifests where verification.holds(manifest.segment) {
      try verification.checkSegment(manifest, head)
    }
    try verification.checkFolder(chain, head)
    try verification.checkCapsules(chain, head)
    try verification.checkSpans(head)
    if let proofCheck { try verification.checkProofs(proofCheck) }
    return verification.report
  }
}

/// A verification under way.
struct Verification {
  let folder: RecordingFolder
  var report = VerificationReport()
  /// The patient's key, where it is trusted.
  private(set) var patient: VerifyingKey?
  private(set) var trustedPatient: KeyFingerprint?
  var erasures = Erasures([], of: [], began: nil)

  init(_ folder: RecordingFolder) { self.folder = folder }

  mutating func find(_ object: RecordingObject, _ kind: FindingKind) {
    report.findings.append(Finding(object: object, kind: kind))
  }

  /// Steps 1 and 2: who signed. Nil when nothing further can be judged.
  mutating func checkHead(_ trust: Trust) throws(RecordingError) -> RecordingHead? {
    let head: RecordingHead
    do {
      head = try RecordingHead.load(folder)
    } catch {
      guard case .document(_, let fault) = error else { throw error }
      find(.recording, fault == .missing ? .missing : .document(fault))
      return nil
    }
    switch trust {
    case .gateway(let key):
      if key != head.gateway { find(.recording, .document(.signer)) }
    case .patient(let patient):
      self.patient = patient.signing
      trustedPatient = patient.keyFingerprint
      try checkPairing(patient, head)
    case .nobody:
      find(.recording, .signerUnknown)
    }
    return head
  }

  private mutating func checkPairing(
    _ patient: PatientPublicKey, _ head: RecordingHead
  ) throws(RecordingError) {
    guard Disk.exists(folder.pairing) else { return find(.pairing, .missing) }
    if let fault = PairingCheck.fault(try Disk.read(folder.pairing), patient, head.gateway) {
      find(.pairing, .document(fault))
    }
  }

  /// Step 3, and the counts.
  mutating func check(_ chain: ManifestChain, _ head: RecordingHead) {
    for (segment, fault) in chain.faults {
      find(.manifest(segment), fault == .missing ? .missing : .document(fault))
    }
    let held = chain.manifests.filter { holds($0.segment) }
    report.segmentCount = held.count
    for manifest in held {
      for stream in manifest.streams where holds(stream) {
        report.counts[stream.dataset.stream, default: StreamCounts()].add(stream.account)
      }
    }
    for (stream, counts) in report.counts.sorted(by: { $0.key < $1.key })
    where counts.received > counts.stored {
      find(.stream(stream), .rowsLost(counts.received - counts.stored))
    }
    if chain.manifests.isEmpty, chain.faults.isEmpty { find(.manifest(1), .nothingSigned) }
    // What lies after a part is not for its reader to know.
    if let last = chain.manifests.last, !last.closed, report.part == nil {
      find(.manifest(last.segment), .notClosed)
    }
  }

  /// Step 8.
  mutating func checkProofs(_ check: Verifier.ProofCheck) throws(RecordingError) {
    for closed in report.entries
    where holds(closed.segment) && Disk.exists(folder.proof(closed.segment)) {
      let proof = try Disk.read(folder.proof(closed.segment), limit: 1 << 20)
      let verdict = check(closed.segment, closed.entry, proof)
      report.proofs[closed.segment] = verdict
      switch verdict {
      case .cosigned, .selfAttested: break
      case .invalid, .unreachable: find(.proof(closed.segment), .proof(verdict))
      }
    }
  }
}
