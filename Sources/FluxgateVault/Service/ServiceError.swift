public import FluxgateConsent
public import FluxgateLedger
public import FluxgateSeal

/// Why a vault server does not do what it was asked.
public enum ServiceError: Error, Sendable {
  /// No grant permits it. The refusal is in the ledger, at this index.
  case refused(ConsentRefusal, index: UInt64)
  /// Not a request or record of its form; the text names the part.
  case malformed(String)
  /// Signed by somebody who may not do this.
  case notPermitted
  /// No such release, object or recording, or the release is over.
  case unknown
  /// The clock cannot be trusted: nothing is permitted.
  case clock
  /// No room for the trail: nothing is released.
  case full(path: String)
  /// The home is there already, or belongs to another patient.
  case homeTaken(path: String)
  case noHome(path: String)
  case badLogName(String)
  case keyFile(path: String, KeyFileError)
  /// A file of the home is not what the server wrote.
  case damagedHome(path: String)
  case ledger(LedgerError)
  case vault(VaultError)

  static func of(_ error: VaultError) -> ServiceError {
    if case .full(let path) = error { .full(path: path) } else { .vault(error) }
  }
}

/// Does something on the disk, and tells its failure as the service's.
func onDisk<Result>(
  _ body: () throws(VaultError) -> Result
) throws(ServiceError) -> Result {
  do {
    return try body()
  } catch {
    throw .of(error)
  }
}
