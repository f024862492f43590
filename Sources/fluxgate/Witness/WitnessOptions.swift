import ArgumentParser
import Fluxgate
import FluxgateLedger

/// Whose cosignatures count for a check.
struct WitnessOptions: ParsableArguments {
  @Option(
    help: "A witness's verifier key, or a file with it; may be repeated (default: witnesses).")
  var witness: [String] = []
  @Option(help: "How many of them must have cosigned (default: all).")
  var quorum: Int?

  /// - Parameter home: its own witnesses count where none are named.
  func trusted(_ home: GatewayHome) throws -> WitnessQuorum {
    if witness.isEmpty, quorum == nil {
      return try WitnessFile.read(home.witnessFile)?.trusted ?? .none
    }
    let keys = try witness.map { try VerifierKeyArgument.read($0, type: .cosignature) }
    let needed = quorum ?? keys.count
    guard (1...max(1, keys.count)).contains(needed) else {
      throw Fault(
        "W02", "this is no quorum: \(needed) of \(keys.count)",
        remedy: "give a number from 1 to the number of witnesses", exit: .refused)
    }
    return WitnessQuorum(needed: needed, keys: keys)
  }
}

/// A verifier key on the command line: the key itself, the file that holds it, or a gateway's card.
enum VerifierKeyArgument {
  static func read(_ argument: String, type: SignatureType) throws(Fault) -> VerifierKey {
    let isFile = DurableFile.exists(argument)
    let text = try isFile ? String(decoding: DurableFile.read(argument), as: UTF8.self) : argument
    let first = text.split(separator: "\n", omittingEmptySubsequences: false).first ?? ""
    let line = GatewayCard(text: text)?.logVerifierKey ?? String(first)
    do throws(NoteError) {
      let key = try VerifierKey(line)
      guard key.type == type else { throw .unsupportedKey(type: key.type.rawValue) }
      return key
    } catch {
      throw Fault(
        "W09", "this is no \(type == .cosignature ? "witness" : "log")'s key: \(argument)",
        remedy: "give its .pub file, or the whole line: name+8 digits+key", cause: "\(error)",
        exit: .refused)
    }
  }
}
