public import FluxgateLedger
public import FluxgateSeal
internal import FluxgateVault
internal import Glibc

/// The folder where a gateway keeps its identity, its log, its cursors and the notes of running
/// sessions: `$FLUXGATE_HOME`, or `.fluxgate` in the user's home.
public struct GatewayHome: Sendable {
  public let path: String

  public init(path: String) { self.path = path }

  /// The place that the environment names.
  public static var standard: GatewayHome {
    if let named = environment("FLUXGATE_HOME"), !named.isEmpty { return GatewayHome(path: named) }
    return GatewayHome(path: (environment("HOME") ?? ".") + "/.fluxgate")
  }

  public var keyFile: String { path + "/gateway.key" }
  public var cardFile: String { path + "/gateway.pub" }
  var logFolder: String { path + "/log" }
  var cursorFile: String { path + "/cursors" }
  var runFolder: String { path + "/run" }
  var floorFile: String { path + "/floor" }

  /// The gateway's keys, or the fault that says how to make them.
  public func identity() throws(Fault) -> GatewayIdentity {
    guard DurableFile.exists(keyFile) else {
      throw Fault(
        "K01", "this gateway has no keys yet", remedy: "`fluxgate keys gateway` makes them",
        cause: "\(keyFile) is not there", exit: .refused)
    }
    return try KeyFiles.gateway(keyFile)
  }

  /// Makes keys; refuses where there are some, for they must never change.
  public func createIdentity(logName: String) throws(Fault) -> GatewayIdentity {
    guard let identity = GatewayIdentity(logName: logName) else {
      throw Fault(
        "K02", "\"\(logName)\" is no name for a log",
        remedy: "give something like gateway.example/log: visible letters, no plus sign",
        exit: .refused)
    }
    try DurableFile.makeFolder(path)
    try DurableFile.create(keyFile, with: [UInt8](identity.text.utf8))
    try DurableFile.replace(cardFile, with: [UInt8](GatewayCard(identity).text.utf8), mode: 0o644)
    return identity
  }

  /// The gateway's log, held by this process alone until it is let go.
  public func openLog(_ identity: GatewayIdentity) throws(Fault) -> EmbeddedLog {
    do throws(LedgerError) {
      return try EmbeddedLog(directory: logFolder, origin: identity.logName, key: identity.log)
    } catch {
      throw .ledger(error)
    }
  }

  public func cursors() throws(Fault) -> RecordCursors { try RecordCursors(path: cursorFile) }

  /// The desk that follows a patient's consents in a vault, by this gateway's own clock floor.
  public func grants(
    in vault: String, of patient: PatientPublicKey
  ) throws(Fault) -> GrantDesk {
    do throws(VaultError) {
      return GrantDesk(
        vault: vault, patient: patient, floor: try ClockFloor(path: floorFile))
    } catch {
      throw .noTime(error, exit: .refused)
    }
  }

  private static func environment(_ name: String) -> String? {
    // SAFETY: getenv gives a NUL-terminated text or nil; it is copied at once.
    unsafe getenv(name).map { unsafe String(cString: $0) }
  }
}
