import Fluxgate
import FluxgateLedger
import FluxgateSeal
import FluxgateVault

/// Where a trail is: a folder with the home of its server, or the server's address.
struct TrailPlace: Sendable {
  let name: String
  let source: TrailSource
  private let folder: VaultHome?
  private let remote: RemoteVault?

  init(
    vault: String, server: String?, secret: PatientSecret, authority: String?
  ) throws(Fault) {
    name = vault
    if vault.contains("://") {
      let remote: RemoteVault
      do throws(RemoteError) {
        remote = try RemoteVault(vault, secret: secret, authority: authority)
      } catch { throw .remote(error) }
      self.remote = remote
      folder = nil
      source = .remote(remote)
      return
    }
    guard let server else {
      throw Fault(
        "V42", "a vault that is a folder has its ledger elsewhere",
        remedy: "give the home of its server with --server, or the server's address as --vault",
        exit: .refused)
    }
    let home = VaultHome(path: server)
    do throws(VaultError) {
      source = .folder(try DirectoryVault(vault), ledger: home.ledgerFolder)
    } catch { throw .vault(error) }
    folder = home
    remote = nil
  }

  /// The log's key as the place itself says: good for a first look only.
  func ownKey() async throws(Fault) -> VerifierKey {
    if let remote {
      do throws(RemoteError) { return try await remote.ledgerKey() } catch { throw .remote(error) }
    }
    return try VerifierKeyArgument.read(folder?.verifierFile ?? name, type: .ed25519)
  }
}
