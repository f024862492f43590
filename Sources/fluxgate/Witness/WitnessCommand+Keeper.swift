import ArgumentParser
import Fluxgate
import FluxgateLedger

/// What the keeper of a log does.
extension WitnessCommand {
  struct Add: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Ask a witness to cosign this log's heads from now on.")

    @Argument(help: "The witness's verifier key, or a file with it in one line.")
    var key: String
    @Argument(help: "Its address, for example https://witness.example.")
    var url: String
    @Option(help: "How many witnesses must cosign (default: as before; 1 at first).")
    var quorum: Int?
    @OptionGroup var home: HomeOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
      output.apply()
      let key = try VerifierKeyArgument.read(key, type: .cosignature)
      guard let member = WitnessPolicy.Member(key: key, url: url) else {
        throw Fault(
          "W08", "\"\(url)\" is no witness's address", state: "Nothing was changed.",
          remedy: "give http:// or https:// and the host", exit: .refused)
      }
      let file = home.place.witnessFile
      PolicyLines.show(try WitnessFile.add(member, quorum: quorum, to: file))
    }
  }

  struct Quorum: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say how many witnesses must cosign.")

    @Argument(help: "From 1 to the number of witnesses.")
    var number: Int
    @OptionGroup var home: HomeOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
      output.apply()
      let file = home.place.witnessFile
      let members = try WitnessFile.read(file)?.members ?? []
      PolicyLines.show(try WitnessFile.write(members, quorum: number, to: file))
    }
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show whom this log's keeper asks to cosign.")

    @OptionGroup var home: HomeOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
      output.apply()
      guard let policy = try WitnessFile.read(home.place.witnessFile) else {
        Console.say("No witness: everything in this log is self-attested only.")
        Console.report(PolicyLines.Report(quorum: 0, witnesses: []))
        return
      }
      PolicyLines.show(policy)
    }
  }
}

/// A policy for people and programs.
enum PolicyLines {
  struct Report: Encodable {
    struct Witness: Encodable {
      let key, url: String
    }

    let quorum: Int
    let witnesses: [Witness]
  }

  static func show(_ policy: WitnessPolicy) {
    Console.say("\(policy.quorum) of \(policy.members.count) must cosign:")
    for member in policy.members {
      Console.say("  \(member.url)")
      Console.say("    \(member.key.text)")
    }
    Console.report(
      Report(
        quorum: policy.quorum,
        witnesses: policy.members.map { .init(key: $0.key.text, url: $0.url) }))
  }
}
