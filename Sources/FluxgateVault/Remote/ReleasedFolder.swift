internal import FluxgateLedger
internal import FluxgateRecording
internal import FluxgateSeal

/// A released recording's folder under construction. Files come under a name of their own and get
/// the right one when all of their bytes are there.
struct ReleasedFolder {
  private static let incoming = ".incoming"
  private static let partNote = "part"

  let objects: [ReleasedName]
  private let folder: PulledFolder

  var path: String { folder.path }

  /// Goes on where an earlier fetch was cut. The note on what is left out comes first: parts of
  /// segments that were made for another request have no digest to be told by. Nor has a proof, which
  /// may have gained cosignatures since: that is fetched again.
  init(_ destination: String, _ objects: [ReleasedName]) throws(VaultError) {
    guard !Folders.isFolder(destination) else { throw .exists(path: destination) }
    self.objects =
      objects.filter { $0.file == Self.partNote } + objects.filter { $0.file != Self.partNote }
    folder = try PulledFolder(destination)
    try folder.keepOnly(Set(objects.flatMap { [$0.file, $0.file + Self.incoming] }))
    for object in objects where object.sha256 == nil {
      _ = try Folders.remove(aside(object))
      let isKept = try isForThisRequest() && object.isSegment
      if !isKept { _ = try Folders.remove(place(object)) }
    }
  }

  func aside(_ object: ReleasedName) -> String { place(object) + Self.incoming }

  /// Whether the file is there; one with other bytes is removed.
  func has(_ object: ReleasedName) throws(VaultError) -> Bool {
    guard try VaultFile.reading(place(object)) != nil else { return false }
    if object.sha256 == nil { return true }
    if try Self.holds(object, place(object)) { return true }
    _ = try Folders.remove(place(object))
    return false
  }

  /// Names a file that came; false, and the file is removed, when it is not what was released.
  func accept(_ object: ReleasedName) throws(VaultError) -> Bool {
    if object.sha256 != nil, try !Self.holds(object, aside(object)) {
      _ = try Folders.remove(aside(object))
      return false
    }
    try Folders.rename(aside(object), to: place(object))
    return true
  }

  /// Verifies the whole, and gives the folder its name.
  func finish(
    of patient: PatientPublicKey, _ witnesses: WitnessQuorum
  ) throws(VaultError) -> VerificationReport {
    let report = try Self.verify(path, patient, witnesses)
    try folder.finish()
    return report
  }

  /// Verifies what an earlier, interrupted call has put in place already; nil where there is nothing.
  ///
  /// What has no digest, parts of segments and proofs, is judged by the verification.
  static func confirm(
    _ destination: String, _ objects: [ReleasedName], of patient: PatientPublicKey,
    _ witnesses: WitnessQuorum
  ) throws(VaultError) -> VerificationReport? {
    guard Folders.isFolder(destination) else { return nil }
    for object in objects {
      let place = "\(destination)/\(object.file)"
      guard try VaultFile.reading(place) != nil else { throw .exists(path: destination) }
      if object.sha256 != nil, try !holds(object, place) { throw .exists(path: destination) }
    }
    return try verify(destination, patient, witnesses)
  }

  private static func verify(
    _ path: String, _ patient: PatientPublicKey, _ witnesses: WitnessQuorum
  ) throws(VaultError) -> VerificationReport {
    let check = try proofCheck(path, patient, witnesses)
    let report: VerificationReport
    do {
      report = try Verifier.verify(
        RecordingFolder(path), trust: .patient(patient), proofCheck: check.verdict)
    } catch {
      throw .recording(error)
    }
    guard report.status == .intact || report.status == .incomplete else {
      throw .notVerified(path: path, report)
    }
    return report
  }

  /// Judges proofs by the log that the patient's pairing names.
  private static func proofCheck(
    _ path: String, _ patient: PatientPublicKey, _ witnesses: WitnessQuorum
  ) throws(VaultError) -> LedgerProofCheck {
    guard let file = try VaultFile.reading("\(path)/pairing") else { throw .noObject("pairing") }
    let bytes = try file.read(1 << 16, at: 0)
    guard let pairing = try? Pairing.open(bytes, by: patient),
      let check = try? LedgerProofCheck(pairing, witnesses: witnesses)
    else { throw .refused("pairing", .wrongPatient) }
    return check
  }

  private func isForThisRequest() throws(VaultError) -> Bool {
    guard let note = objects.first, note.file == Self.partNote else { return false }
    return try Self.holds(note, place(note))
  }

  private func place(_ object: ReleasedName) -> String { "\(path)/\(object.file)" }

  private static func holds(_ object: ReleasedName, _ path: String) throws(VaultError) -> Bool {
    guard let sha256 = object.sha256, let file = try VaultFile.reading(path) else { return false }
    var copy = PieceCopy()
    try copy.take(file)
    let head = copy.finish()
    return head.sha256 == sha256 && object.size.map { $0 == head.byteCount } ?? true
  }
}

extension ReleasedName {
  fileprivate var isSegment: Bool { file.hasPrefix("segments/") }
}
