public import FluxgateLedger
internal import FluxgateRecording
public import FluxgateSeal

/// Brings a recording back from a vault, with nothing but the vault and the patient's key.
public enum Pull {
  /// The recordings in the vault, by id. A damaged one is listed with its fault.
  public static func list(_ vault: DirectoryVault) throws(VaultError) -> [RecordingSummary] {
    try recordings(in: vault).map { (recording) throws(VaultError) in
      try SummaryReading(recording, in: vault).summary()
    }
  }

  /// Copies a recording into a new folder, verifies it, and only then gives the folder its name.
  ///
  /// Until then it is called `path` and `.part`; after an interruption the same call goes on. Where
  /// the folder exists and holds the recording as the vault does, nothing is done but verifying.
  /// Uses HDF5: one call at a time in a process.
  ///
  /// - Parameters:
  ///   - recording: 32 hexadecimal digits; nil for the only one in the vault.
  ///   - path: a folder that does not exist; the one above it does.
  ///   - witnesses: whose cosignatures count in the verification.
  ///   - progress: called on this thread with the name of each object that is there, and how many of
  ///     how many are.
  @discardableResult
  public static func run(
    _ vault: DirectoryVault, recording: String? = nil, into path: String, patient: PatientSecret,
    witnesses: WitnessQuorum = .none, progress: (PullProgress) -> Void = { _ in }
  ) throws(VaultError) -> PullReport {
    let plan = try PullPlan(
      try choose(recording, in: vault), in: vault, patient: patient, witnesses: witnesses)
    if Folders.isFolder(path) { return try confirm(plan, at: path) }
    let folder = try PulledFolder(path)
    try folder.keepOnly(Set(plan.items.map(\.file)))
    let fetched = try fetch(plan, into: folder, progress)
    let report = PullReport(plan, fetched, try verify(plan, at: folder.path))
    try folder.finish()
    return report
  }

  private static func fetch(
    _ plan: PullPlan, into folder: PulledFolder, _ progress: (PullProgress) -> Void
  ) throws(VaultError) -> [PullItem] {
    var fetched: [PullItem] = []
    for (place, item) in plan.items.enumerated() {
      if try folder.fetch(item, from: plan.vault) { fetched.append(item) }
      progress(
        PullProgress(name: item.object.text, done: place + 1, total: plan.items.count))
    }
    return fetched
  }

  private static func confirm(
    _ plan: PullPlan, at path: String
  ) throws(VaultError) -> PullReport {
    guard try PulledFolder.holds(plan.items, at: path) else { throw .exists(path: path) }
    return PullReport(plan, [], try verify(plan, at: path))
  }

  private static func verify(
    _ plan: PullPlan, at path: String
  ) throws(VaultError) -> VerificationReport {
    let report: VerificationReport
    do {
      report = try Verifier.verify(
        RecordingFolder(path), trust: .patient(plan.patient.publicKey),
        proofCheck: plan.proofCheck.verdict)
    } catch {
      throw .recording(error)
    }
    guard report.status == .intact || report.status == .incomplete else {
      throw .notVerified(path: path, report)
    }
    return report
  }

  private static func choose(
    _ recording: String?, in vault: DirectoryVault
  ) throws(VaultError) -> [UInt8] {
    if let recording {
      guard let id = recordingID(recording) else { throw .invalidName(recording) }
      return id
    }
    let found = try recordings(in: vault)
    guard let only = found.first else { throw .noRecording }
    guard found.count == 1 else { throw .severalRecordings(found.map { hexadecimal($0) }) }
    return only
  }

  private static func recordings(in vault: DirectoryVault) throws(VaultError) -> [[UInt8]] {
    try vault.list("rec/").filter { $0.last == "recording" }
      .compactMap { $0.folders.last?.split(separator: "/").last.flatMap { recordingID($0) } }
  }
}

/// An object that is in the pulled folder now.
public struct PullProgress: Sendable, Hashable {
  public let name: String
  /// Objects done so far, this one too, of `total`.
  public let done: Int
  public let total: Int
}

extension PullReport {
  fileprivate init(_ plan: PullPlan, _ fetched: [PullItem], _ verification: VerificationReport) {
    recording = hexadecimal(plan.head.recording)
    segmentCount = plan.segmentCount
    fetchedCount = fetched.count
    alreadyThereCount = plan.items.count - fetched.count
    byteCount = fetched.reduce(0) { $0 + $1.expected.byteCount }
    self.verification = verification
  }
}
