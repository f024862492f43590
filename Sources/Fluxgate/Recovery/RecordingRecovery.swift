public import FluxgateLedger
public import FluxgateRecording
public import FluxgateSeal
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

    public var changedNothing: Bool { recovery.isEmpty && anchored.isEmpty }
  }

  /// One recording among many.
  public struct Outcome: Sendable {
    public let folder: String
    /// Nil when it could not be recovered.
    public let report: Report?
    public let fault: Fault?
  }

  /// Recovers with the keys and the log of `home`; the log is opened only if something is to be
  /// anchored.
  public static func run(
    folder path: String, home: GatewayHome, cuttingDamage: Bool = false
  ) throws(Fault) -> Report {
    let identity = try home.identity()
    return try run(folder: path, identity: identity, cuttingDamage: cuttingDamage) {
      () throws(Fault) in try home.openLog(identity)
    }
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
  private static func folders(in path: String) -> [String] {
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
