internal import FluxgateRecording
public import FluxgateSeal
public import FluxgateVault

/// Carries out beside a gateway what its patients have erased in the vault (DocC page ``Erasure``).
///
/// Running it twice is harmless. What cannot be erased yet is told and keeps nothing else from it.
public struct GatewayErasure {
  private let vault: DirectoryVault
  private let home: GatewayHome
  private let patient: PatientPublicKey?
  private let secret: PatientSecret?
  private let tombstones: [Tombstone: [UInt8]]

  /// What became of one recording.
  public struct Outcome: Sendable {
    public let folder: String
    /// Nil where no tombstone reaches it.
    public let report: ErasedRecording?
    public let fault: Fault?
  }

  public struct Report: Sendable {
    public internal(set) var tombstones: [Tombstone] = []
    public internal(set) var outcomes: [Outcome] = []
    public internal(set) var captures = CaptureErasure()
    /// The devices' serials and newest record numbers went, with everything of a person.
    public internal(set) var removedCursors = false

    public var erased: [ErasedRecording] { outcomes.compactMap(\.report) }
    public var isDone: Bool { outcomes.allSatisfy { $0.fault == nil && $0.report?.isDone ?? true } }
  }

  /// - Parameters:
  ///   - patient: whose tombstones count; nil for those of everybody who is recorded here.
  ///   - secret: of that patient, where this is the patient's machine: seals anew what stays.
  public init(
    vault: DirectoryVault, home: GatewayHome, patient: PatientPublicKey? = nil,
    secret: PatientSecret? = nil
  ) throws(Fault) {
    self.vault = vault
    self.home = home
    self.patient = patient
    self.secret = secret
    do throws(VaultError) {
      var found: [Tombstone: [UInt8]] = [:]
      for tombstone in try VaultErasure.tombstones(in: vault)
      where patient.map({ $0.keyFingerprint == tombstone.patient }) ?? true {
        found[tombstone] = try vault.get(.tombstone(tombstone))
      }
      tombstones = found
    } catch {
      throw .vault(error)
    }
  }

  /// - Parameter folders: of recordings.
  public func run(_ folders: [String]) throws(Fault) -> Report {
    var report = Report()
    report.tombstones = tombstones.keys.sorted { ($0.created, $0.text) < ($1.created, $1.text) }
    var times: [Range<Int64>] = []
    for path in folders {
      do throws(Fault) {
        let spans = EpochTimes(path)
        let erased = try erase(path)
        times += spans.times(of: erased?.removed ?? [])
        report.outcomes.append(Outcome(folder: path, report: erased, fault: nil))
      } catch {
        report.outcomes.append(Outcome(folder: path, report: nil, fault: error))
      }
    }
    report.captures = try CaptureErasure(home.captures, during: times)
    report.removedCursors = try removeCursors(after: report)
    return report
  }

  private func erase(_ path: String) throws(Fault) -> ErasedRecording? {
    let folder = try RecordingAccess.folder(path)
    try anchorFirst(path)
    do throws(VaultError) {
      return try FolderErasure.apply(tombstones, to: folder, from: vault, secret: secret)
    } catch {
      throw .erasure(error, folder: path)
    }
  }

  /// Journals become segments and get their proofs while there is still a salt to make them with.
  private func anchorFirst(_ path: String) throws(Fault) {
    let outline = try RecordingAccess.outline(path)
    let isWaiting = !outline.openJournals.isEmpty || outline.segments.contains { !$0.hasProof }
    let isErased = !DurableFile.exists(RecordingFolder(path).salt)
    guard isWaiting, !isErased, DurableFile.exists(home.keyFile) else { return }
    do throws(Fault) {
      _ = try RecordingRecovery.run(folder: path, home: home)
    } catch {
      // Another gateway's recording has nothing to be anchored here.
      guard Fault.passedOver.contains(error.code) else { throw error }
    }
  }

  /// Only where everything of a person has just gone: a cursor keeps erased records of a device from
  /// coming back, so an erasure of less must leave it.
  private func removeCursors(after report: Report) throws(Fault) -> Bool {
    let isPerson = tombstones.keys.contains { $0.scope.recording == nil && $0.scope.isWhole }
    guard isPerson, report.erased.contains(where: { $0.isWhole && !$0.removed.isEmpty }),
      DurableFile.exists(home.cursorFile)
    else { return false }
    try DurableFile.remove(home.cursorFile)
    return true
  }
}

/// When the epochs of a recording were, as long as their spans are there.
struct EpochTimes {
  private let folder: RecordingFolder
  private var times: [UInt32: Range<Int64>] = [:]

  init(_ path: String) {
    folder = RecordingFolder(path)
    guard let outline = try? RecordingOutline(folder) else { return }
    for epoch in Set(outline.segments.map(\.epoch)) {
      guard let bytes = try? DurableFile.read(folder.span(epoch)),
        let span = try? EpochSpan.read(bytes, gateway: outline.gateway)
      else { continue }
      times[epoch] = span.from..<max(span.until, span.from + 1)
    }
  }

  /// Of the epochs that lost something and of which nobody has a key any more. A span may have stayed:
  /// it tells that its epoch is erased.
  ///
  /// - Parameter removed: files by their names in the recording's folder.
  func times(of removed: [String]) -> [Range<Int64>] {
    let left = (try? RecordingOutline(folder))?.recipients.values.reduce(into: Set()) {
      $0.formUnion($1)
    }
    let touched = removed.compactMap { name -> UInt32? in
      let parts = name.split(separator: "/")
      guard parts.count == 2, parts[0] == "spans" || parts[0] == "capsules" else { return nil }
      return Self.epoch(String(parts[1]))
    }
    return Set(touched).subtracting(left ?? []).compactMap { times[$0] }
  }

  private static func epoch(_ file: String) -> UInt32? { UInt32(file.prefix { $0.isNumber }) }
}
