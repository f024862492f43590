import ArgumentParser
import Fluxgate
import FluxgateSeal

/// Who is believed to have made a recording.
struct SignerOptions: ParsableArguments {
  @Option(help: "The patient's public key: the pairing must name the gateway.")
  var patient: String?
  @Option(help: "The gateway's card, or its key as 64 hexadecimal digits.")
  var gateway: String?

  func trust() throws -> SignerTrust {
    if patient != nil, gateway != nil {
      throw Fault(
        "C11", "--patient and --gateway exclude each other", remedy: "give one of them",
        exit: .refused)
    }
    if let patient { return .patient(try KeyFiles.patient(patient)) }
    guard let gateway else { return .nobody }
    if gateway.count == 64, let bytes = Digits.bytes(gateway) {
      guard let key = VerifyingKey(bytes: bytes) else {
        throw Fault(
          "K10", "this is no gateway's key", remedy: "copy it from `fluxgate keys gateway`",
          exit: .refused)
      }
      return .gateway(key)
    }
    return .card(try KeyFiles.card(gateway))
  }
}
