import ArgumentParser
import Fluxgate
import FluxgateLedger
import FluxgateSeal
import FluxgateVault
import FluxgateWeb

struct VaultCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vault",
    abstract: "Serve a patient's vault to those who have a grant.",
    discussion: """
      The server holds no key that opens data. It decides by the patient's
      consents, enters each decision in a ledger of its own, and only then
      hands anything out.
      """,
    subcommands: [New.self, Serve.self])

  struct New: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make a server's own folder, with the key of its ledger.")

    @Option(help: "The server's own folder.")
    var home: String
    @Option(help: "Name of its ledger, like a URL without scheme.")
    var name: String
    @OptionGroup var output: OutputOptions

    func run() throws {
      output.apply()
      let place = VaultHome(path: home)
      let key: String
      do throws(ServiceError) {
        let identity = try place.create(logName: name)
        key = VerifierKey(name: identity.logName, key: identity.log.publicKey)?.text ?? ""
      } catch {
        throw Fault.service(error)
      }
      Console.say("Made a vault server's home. The patient and witnesses need this line:")
      Console.say("  \(key)")
      Console.say("It is in \(place.verifierFile) too.")
      Console.report(["key": key, "file": place.verifierFile])
    }
  }

  struct Serve: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Serve a vault until stopped.",
      discussion: "Anything but a loopback address needs TLS and a name.")

    @Option(help: "The vault's folder; it must exist.")
    var vault: String
    @Option(help: "The server's own folder.")
    var home: String
    @Option(help: "The patient's public key: whose vault it is.")
    var patient: String
    @Option(help: "Address and port; port 0 lets the system choose.")
    var listen = "127.0.0.1:7390"
    @Option(help: "Certificate chain, PEM; with --tls-key.")
    var tlsCert: String?
    @Option(help: "Private key, PEM.")
    var tlsKey: String?
    @Option(help: "Host, or host:port, as readers know this server; may be repeated.")
    var name: [String] = []
    @OptionGroup var output: OutputOptions

    func run() throws {
      output.apply()
      let address = try ListenAddress(listen)
      let server = try VaultServer(
        vault: try store(), home: VaultHome(path: home), patient: try KeyFiles.patient(patient),
        address: address, certificate: try certificate(), names: name)
      let scheme = tlsCert == nil ? "http" : "https"
      let host = address.host.contains(":") ? "[\(address.host)]" : address.host
      try AsyncWork.wait { () async throws(Fault) in
        try await server.runUntilStopped { port in
          let url = "\(scheme)://\(host):\(port)"
          Console.say("Vault on \(url)")
          Console.report(["url": url])
        }
      }
    }

    private func store() throws(Fault) -> DirectoryVault {
      do throws(VaultError) { return try DirectoryVault(vault) } catch { throw .vault(error) }
    }

    private func certificate() throws(Fault) -> ServerCertificate? {
      guard tlsCert != nil || tlsKey != nil else { return nil }
      guard let tlsCert, let tlsKey else {
        throw Fault(
          "N06", "--tls-cert and --tls-key belong together", state: "Nothing was started.",
          remedy: "give both", exit: .refused)
      }
      return try ServerCertificate(chainFile: tlsCert, keyFile: tlsKey)
    }
  }
}
