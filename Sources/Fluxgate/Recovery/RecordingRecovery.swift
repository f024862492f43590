public import FluxgateLedger
public import FluxgateRecording
public import FluxgateSeal
internal import FluxgateVault
internal import Glibc

/// Brings recordings of a killed gateway into order: journals become segments, and what is not in
/// the gateway's log yet is anchored. Running it twice changes nothing. Needs no data key.
public enum RecordingRecovery {
  /// What was done to one recording.
  public struct Report: Sendable {
    public let folder: String
    public let recovery: Recovery.Report
    /// Segments that got their proof now.
    public let anchored: [UInt32]
    /// Segments whose proof now stands under a checkpoint that enough witnesses have cosigned.
    public var cosigned: [UInt32] = []

    public var changedNothing: Bool { recovery.isEmpty && anchored.isEmpty && cosigned.isEmpty }
  }

  /// One recording among many.
  public struct Outcome: Sendable {
    public let folder: String
    /// Nil when it could not be recovered.
    public let report: Report?
    public let fault: Fault?
  }

  /// Recovers with the keys and the log of `home`, and has cosigned what its witnesses have not seen
  /// yet; the log is opened only if something is to be done in it.
  public static func run(
    folder path: String, home: GatewayHome, passphrase: PassphraseSource = PassphraseSource(),
    cuttingDamage: Bool = false
  ) throws(Fault) -> Report {
    let identity = try home.identity(passphrase: passphrase)
    let policy = try WitnessFile.read(home.witnessFile)
    var log: EmbeddedLog?
    func openLog() throws(Fault) -> EmbeddedLog {
      if let log { return log }
      let opened = try home.openLog(identity)
      log = opened
      return opened
    }
    var report = try run(
      folder: path, identity: identity, cuttingDamage: cuttingDamage, log: openLog)
    if let policy { report.cosigned = try cosign(path, identity, policy, openLog) }
    return report
  }

  private static func cosign(
    _ path: String, _ identity: GatewayIdentity, _ policy: WitnessPolicy,
    _ openLog: () throws(Fault) -> EmbeddedLog
  ) throws(Fault) -> [UInt32] {
    let folder = try RecordingAccess.folder(path)
    let key: VerifierKey
    do throws(NoteError) {
      key = try VerifierKey(identity.logVerifierKey)
    } catch {
      throw .ledger(.checkpoint(error))
    }
    let waiting = try SegmentAnchoring(folder: folder).selfAttested(
      try RecordingAccess.outline(path), log: key, quorum: policy.trusted)
    guard !waiting.isEmpty else { return [] }
    let log = try openLog()
    let desk = CosigningDesk(log: log, policy: policy)
    desk.waitForLast()
    guard let note = desk.cosigned else { return [] }
    let cosigning = ProofCosigning(folder: folder, log: log, quorum: policy.trusted)
    var done: [UInt32] = []
    for (segment, entry) in waiting
    where try cosigning.renew(segment, entry: entry, under: note) { done.append(segment) }
    return done
  }

  /// - Parameters:
  ///   - cuttingDamage: cuts a journal where it is damaged; by default it is left and refused.
  ///   - log: asked for once at most.
  public static func run(
    folder path: String, identity: GatewayIdentity, cuttingDamage: Bool = false,
    log: () throws(Fault) -> EmbeddedLog
  ) throws(Fault) -> Report {
    let folder = try RecordingAccess.folder(path)
    guard try RecordingAccess.outline(path).gateway == identity.publicKey else {
      throw .otherGateway(path)
    }
    try finishErasure(folder)
    let recovery = try recover(folder, identity, cuttingDamage)
    let anchoring = SegmentAnchoring(folder: folder)
    let pending = try anchoring.pending(try RecordingAccess.outline(path))
    if !pending.isEmpty { try anchoring.anchor(pending, in: try log()) }
    return Report(folder: path, recovery: recovery, anchored: pending.map(\.segment))
  }

  /// Recovers every recording of this gateway in a folder, as `record` does at its start.
  ///
  /// Passed over: what is no recording, what another gateway made, and what a running session
  /// writes. One that cannot be recovered does not keep the others from it.
  public static func runAll(
    in recordings: String, identity: GatewayIdentity, log: EmbeddedLog
  ) -> [Outcome] {
    var outcomes: [Outcome] = []
    for path in folders(in: recordings) {
      do throws(Fault) {
        let report = try run(folder: path, identity: identity) { () throws(Fault) in log }
        outcomes.append(Outcome(folder: path, report: report, fault: nil))
      } catch {
        guard !Fault.passedOver.contains(error.code) else { continue }
        outcomes.append(Outcome(folder: path, report: nil, fault: error))
      }
    }
    return outcomes
  }

  /// What the patient erased and a stop left here does not come back.
  private static func finishErasure(_ folder: RecordingFolder) throws(Fault) {
    guard DurableFile.exists(folder.erasures) else { return }
    do throws(VaultError) {
      _ = try FolderErasure.apply([:], to: folder)
    } catch {
      throw .erasure(error, folder: folder.path)
    }
  }

  private static func recover(
    _ folder: RecordingFolder, _ identity: GatewayIdentity, _ cuttingDamage: Bool
  ) throws(Fault) -> Recovery.Report {
    do throws(RecordingError) {
      return try Recovery.run(folder, identity: identity, cuttingDamage: cuttingDamage)
    } catch {
      throw .recording(error, folder: folder.path)
    }
  }

  /// Folders with a file `recording` in them, sorted; not the parts that a vault released.
  public static func folders(in path: String) -> [String] {
    // SAFETY: the stream is closed below; each name is copied before the next is read.
    guard let listing = unsafe opendir(path) else { return [] }
    defer { unsafe closedir(listing) }
    var found: [String] = []
    while let entry = unsafe readdir(listing) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
        unsafe field.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      let folder = RecordingFolder("\(path)/\(name)")
      guard !name.hasPrefix("."), DurableFile.exists(folder.recording),
        !DurableFile.exists(folder.partNote)
      else { continue }
      found.append(folder.path)
    }
    return found.sorted()
  }
}
