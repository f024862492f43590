import ArgumentParser
import Fluxgate
import FluxgateLedger
import FluxgateWeb

struct WitnessCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "witness",
    abstract: "Be a second party for logs, or choose those who are one for this gateway.",
    discussion: """
      A witness cosigns a log's head only if it extends the head before. It is
      run by somebody else than the gateway: new, trust and serve are for that
      person; add, quorum and list are for the log's keeper.
      """,
    subcommands: [New.self, Trust.self, Serve.self, Add.self, Quorum.self, List.self])

  struct New: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Make a witness's key.")

    @Option(help: "The witness's own folder.")
    var home: String
    @Option(help: "Its name, like a URL without scheme.")
    var name: String
    @OptionGroup var output: OutputOptions

    func run() throws {
      output.apply()
      let place = WitnessHome(path: home)
      let key = try place.create(name: name)
      Console.say("Made a witness's key. Those whose logs it follows need this line:")
      Console.say("  \(key.text)")
      Console.say("It is in \(place.publicFile) too.")
      Console.report(["key": key.text, "file": place.publicFile])
    }
  }

  struct Trust: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Follow a log from now on; a running witness sees it at once.")

    @Option(help: "The witness's own folder.")
    var home: String
    @Argument(help: "The log's verifier key, or a file: vault.pub, gateway.pub.")
    var log: String
    @OptionGroup var output: OutputOptions

    func run() throws {
      output.apply()
      let key = try VerifierKeyArgument.read(log, type: .ed25519)
      try WitnessHome(path: home).trust(key)
      Console.say("Follows \(key.name).")
      Console.report(["log": key.text])
    }
  }

  struct Serve: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Cosign the heads of the logs that are followed, until stopped.")

    @Option(help: "The witness's own folder.")
    var home: String
    @Option(help: "Address and port; port 0 lets the system choose.")
    var listen = "127.0.0.1:7380"
    @Option(help: "Certificate chain, PEM; with --tls-key.")
    var tlsCert: String?
    @Option(help: "Private key, PEM.")
    var tlsKey: String?
    @OptionGroup var output: OutputOptions

    func run() throws {
      output.apply()
      let address = try ListenAddress(listen)
      let server = try WitnessServer(
        home: WitnessHome(path: home), address: address, certificate: try certificate())
      let scheme = tlsCert == nil ? "http" : "https"
      try AsyncWork.wait { () async throws(Fault) in
        try await server.runUntilStopped { port in
          let url = "\(scheme)://\(address.host):\(port)"
          Console.say("Witness on \(url)")
          Console.report(["url": url])
        }
      }
    }

    private func certificate() throws -> ServerCertificate? {
      guard tlsCert != nil || tlsKey != nil else { return nil }
      guard let tlsCert, let tlsKey else {
        throw Fault(
          "W07", "--tls-cert and --tls-key belong together", state: "Nothing was started.",
          remedy: "give both", exit: .refused)
      }
      return try ServerCertificate(chainFile: tlsCert, keyFile: tlsKey)
    }
  }
}
