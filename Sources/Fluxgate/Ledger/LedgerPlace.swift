public import FluxgateLedger
internal import FluxgateVault

/// Where a log and what belongs to it lies: in the home of a gateway or of a vault server.
///
/// For reading beside the program that writes the log; no secret is touched.
public struct LedgerPlace: Sendable {
  public let verifierKey: VerifierKey
  public let shelf: StampShelf
  public let authorityFile: AuthorityFile
  private let logFolder: String
  private let witnessFile: String

  /// A gateway's home, or a vault server's: whichever's key file is there.
  public init(home path: String) throws(Fault) {
    let gateway = GatewayHome(path: path)
    let vault = VaultHome(path: path)
    let key: String
    if DurableFile.exists(vault.verifierFile) {
      (logFolder, witnessFile) = (vault.ledgerFolder, vault.witnessFile)
      shelf = vault.stamps
      key = Self.line(try DurableFile.read(vault.verifierFile))
    } else if DurableFile.exists(gateway.cardFile) {
      (logFolder, witnessFile) = (gateway.logFolder, gateway.witnessFile)
      shelf = gateway.stamps
      key = try KeyFiles.card(gateway.cardFile).logVerifierKey
    } else {
      throw .noLedger(path)
    }
    authorityFile = AuthorityFile(home: path)
    do throws(NoteError) {
      verifierKey = try VerifierKey(key)
    } catch {
      throw .noLedger(path)
    }
  }

  /// The log as it is now.
  public func log() throws(Fault) -> LogReader {
    do throws(LedgerError) {
      return try LogReader(directory: logFolder, verifierKey: verifierKey)
    } catch .missing(let path) {
      throw .noLedger("\(logFolder)/\(path)")
    } catch {
      throw .damagedLedger("\(error)")
    }
  }

  /// Nil where no witness is asked.
  public func witnesses() throws(Fault) -> WitnessPolicy? {
    try WitnessFile.read(witnessFile)
  }

  private static func line(_ bytes: [UInt8]) -> String {
    String(decoding: bytes.last == 0x0A ? bytes.dropLast() : bytes[...], as: UTF8.self)
  }
}
