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
  /// Whom the gateway asks to cosign its log's heads: ``WitnessFile``.
  public var witnessFile: String { path + "/witnesses" }
  var logFolder: String { path + "/log" }
  var cursorFile: String { path + "/cursors" }
  var runFolder: String { path + "/run" }
  var floorFile: String { path + "/floor" }
  /// The patient's consents that this gateway has accepted.
  func consentFolder(of patient: KeyFingerprint) -> String {
    "\(path)/consents/\(Digits.hexadecimal(patient.bytes))"
  }

  /// The gateway's keys, or the fault that says how to make them.
  ///
  /// - Parameter passphrase: asked only where the key file is locked.
  public func identity(
    passphrase: PassphraseSource = PassphraseSource()
  ) throws(Fault) -> GatewayIdentity {
    guard DurableFile.exists(keyFile) else {
      throw Fault(
        "K01", "this gateway has no keys yet", remedy: "`fluxgate keys gateway` makes them",
        cause: "\(keyFile) is not there", exit: .refused)
    }
    return try KeyFiles.gateway(keyFile, passphrase: passphrase)
  }

  /// Makes keys; refuses where there are some, for they must never change.
  ///
  /// - Parameter lock: nil leaves the file readable for everybody who may read it.
  public func createIdentity(
    logName: String, lock: KeyLock? = nil
  ) throws(Fault) -> GatewayIdentity {
    guard let identity = GatewayIdentity(logName: logName) else {
      throw Fault(
        "K02", "\"\(logName)\" is no name for a log",
        remedy: "give something like gateway.example/log: visible letters, no plus sign",
        exit: .refused)
    }
    try DurableFile.makeFolder(path)
    try DurableFile.create(keyFile, with: try KeyLock.bytes(identity.text, keyFile, lock))
    _ = try writeCard(identity)
    return identity
  }

  /// The gateway's card, which needs no passphrase; made anew where it was lost.
  public func card(passphrase: PassphraseSource) throws(Fault) -> GatewayCard {
    if DurableFile.exists(cardFile) { return try KeyFiles.card(cardFile) }
    return try writeCard(try identity(passphrase: passphrase))
  }

  private func writeCard(_ identity: GatewayIdentity) throws(Fault) -> GatewayCard {
    let card = GatewayCard(identity)
    try DurableFile.replace(cardFile, with: [UInt8](card.text.utf8), mode: 0o644)
    return card
  }

  /// The gateway's log, held by this process alone until it is let go.
  public func openLog(_ identity: GatewayIdentity) throws(Fault) -> EmbeddedLog {
    do throws(LedgerError) {
      return try EmbeddedLog(directory: logFolder, origin: identity.logName, key: identity.log)
    } catch {
      throw .ledger(error)
    }
  }

  /// Captures made here.
  public var captures: CaptureRegister { CaptureRegister(path: path + "/captures") }

  public func cursors() throws(Fault) -> RecordCursors { try RecordCursors(path: cursorFile) }

  /// The desk that follows a patient's consents in a vault, by this gateway's own clock floor.
  public func grants(
    in vault: String, of patient: PatientPublicKey
  ) throws(Fault) -> GrantDesk {
    let floor: ClockFloor
    do throws(VaultError) {
      floor = try ClockFloor(path: floorFile)
    } catch {
      throw .noTime(error, exit: .refused)
    }
    do throws(VaultError) {
      return try GrantDesk(
        vault: vault, patient: patient, floor: floor,
        keeping: ConsentFolder(consentFolder(of: patient.keyFingerprint)))
    } catch {
      throw .consentsDamaged(error)
    }
  }

  static func environment(_ name: String) -> String? {
    // SAFETY: getenv gives a NUL-terminated text or nil; it is copied at once.
    unsafe getenv(name).map { unsafe String(cString: $0) }
  }
}
