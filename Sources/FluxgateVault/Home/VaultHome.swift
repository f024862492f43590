public import FluxgateLedger
public import FluxgateSeal

/// The folder that a vault server keeps for itself, apart from the vault: its log's key, the log, the
/// clock's floor, and the receipts of consents and tombstones. It holds no key that opens data.
///
/// One home serves one vault of one patient. The log's lock keeps a second server out.
public struct VaultHome: Sendable, Hashable {
  public let path: String

  public init(path: String) { self.path = path }

  public var keyFile: String { "\(path)/vault.key" }
  /// The log's verifier key and a line feed: for everybody.
  public var verifierFile: String { "\(path)/vault.pub" }
  public var ledgerFolder: String { "\(path)/ledger" }
  public var floorFile: String { "\(path)/floor" }
  public var witnessFile: String { "\(path)/witnesses" }
  public var stampFolder: String { "\(path)/stamps" }
  /// The fingerprint of the patient whose ledger this is.
  var patientFile: String { "\(path)/patient" }
  var receiptFolder: String { "\(path)/receipts" }
  /// Consents on their way into the ledger.
  var pendingFolder: String { "\(path)/pending" }
  var erasureFolder: String { "\(path)/erasures" }
  /// Parts of segments on their way out. Emptied when a server starts.
  var partFolder: String { "\(path)/parts" }

  /// Makes the home with a new key; its parent exists. Refuses where there is a key already.
  @discardableResult
  public func create(logName: String) throws(ServiceError) -> VaultIdentity {
    guard let identity = VaultIdentity(logName: logName) else { throw .badLogName(logName) }
    guard try makeKeyFile(identity) else { throw .homeTaken(path: path) }
    try writeVerifierKey(of: identity)
    return identity
  }

  public func identity() throws(ServiceError) -> VaultIdentity {
    guard let bytes = try read(keyFile) else { throw .noHome(path: path) }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .damagedHome(path: keyFile)
    }
    do {
      return try VaultIdentity(text: text)
    } catch {
      throw .keyFile(path: keyFile, error)
    }
  }

  /// The server's log, held by this process alone until it is let go.
  public func openLedger() throws(ServiceError) -> EmbeddedLog {
    let identity = try identity()
    try writeVerifierKey(of: identity)
    do {
      return try EmbeddedLog(
        directory: ledgerFolder, origin: identity.logName, key: identity.log)
    } catch {
      throw .ledger(error)
    }
  }

  /// Sees that this home has served nobody else; the first patient it serves is its own.
  func claim(for patient: PatientPublicKey) throws(ServiceError) {
    let line = Array("\(patient.fingerprint)\n".utf8)
    let isNew = try onDisk { () throws(VaultError) in try HomeFile.create(patientFile, line) }
    if isNew { return }
    guard try read(patientFile) == line else { throw .homeTaken(path: path) }
  }

  func makeFolder(_ folder: String) throws(ServiceError) {
    try onDisk { () throws(VaultError) in
      try Folders.make(folder)
      try Folders.sync(path)
    }
  }

  private func makeKeyFile(_ identity: VaultIdentity) throws(ServiceError) -> Bool {
    try onDisk { () throws(VaultError) in
      try Folders.make(path)
      let isNew = try HomeFile.create(keyFile, Array(identity.text.utf8))
      try Folders.sync(Folders.parent(of: path))
      return isNew
    }
  }

  private func writeVerifierKey(of identity: VaultIdentity) throws(ServiceError) {
    guard let key = VerifierKey(name: identity.logName, key: identity.log.publicKey) else {
      throw .badLogName(identity.logName)
    }
    _ = try onDisk { () throws(VaultError) in
      try HomeFile.create(verifierFile, Array("\(key.text)\n".utf8))
    }
  }

  private func read(_ file: String) throws(ServiceError) -> [UInt8]? {
    try onDisk { () throws(VaultError) in try HomeFile.read(file) }
  }
}
