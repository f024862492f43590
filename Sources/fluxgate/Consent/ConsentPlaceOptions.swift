import ArgumentParser
import Fluxgate
import FluxgateConsent
import FluxgateSeal
import FluxgateVault

/// Which vault, and who asks.
struct ConsentPlaceOptions: ParsableArguments {
  @Option(help: "The vault's folder, or its address (https://vault.example).")
  var vault: String
  @Option(help: "The secret of who asks or signs (default: patient.secret).")
  var key: String?
  @Option(help: "The patient's public key (default: that of --key).")
  var patient: String?
  @Option(help: "Certificate authorities to trust instead of the system's, PEM.")
  var ca: String?
  @OptionGroup var passphrase: PassphraseOptions

  private var isServer: Bool { vault.contains("://") }

  func secret() throws(Fault) -> PatientSecret {
    try KeyFiles.secret(key ?? "patient.secret", passphrase: passphrase.source)
  }

  /// For a command that only looks: a folder needs no secret.
  func store() throws(Fault) -> ConsentStore {
    if let patient, !isServer {
      return try store(of: try KeyFiles.patient(patient), as: nil)
    }
    return try store(as: try secret())
  }

  func store(as secret: PatientSecret) throws(Fault) -> ConsentStore {
    let named = try patient.map { (path) throws(Fault) in try KeyFiles.patient(path) }
    return try store(of: named ?? secret.publicKey, as: secret)
  }

  private func store(
    of patient: PatientPublicKey, as secret: PatientSecret?
  ) throws(Fault) -> ConsentStore {
    if let secret, isServer {
      do throws(RemoteError) {
        let server = try RemoteVault(vault, secret: secret, authority: ca)
        return ConsentStore(place: .server(server), name: vault, patient: patient)
      } catch {
        throw .remote(error)
      }
    }
    do throws(VaultError) {
      return ConsentStore(
        place: .folder(try DirectoryVault(vault)), name: vault, patient: patient)
    } catch {
      throw .vault(error)
    }
  }
}
