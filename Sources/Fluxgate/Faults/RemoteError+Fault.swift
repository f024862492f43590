internal import FluxgateLedger
public import FluxgateVault

extension Fault {
  /// What went wrong with a vault behind a server.
  public static func remote(_ error: RemoteError) -> Fault {
    switch error {
    case .badURL(let url):
      Fault(
        "V31", "\"\(url)\" is no vault's address", remedy: "give https://HOST or https://HOST:PORT",
        exit: .refused)
    case .unprotected(let url):
      Fault(
        "V45", "\"\(url)\" would be read by others on the way", state: "Nothing was sent.",
        remedy: "give https://; http:// is for 127.0.0.1, [::1] and localhost", exit: .refused)
    case .refused(let reason, let index): notGranted(reason, index)
    case .exchange(let error): exchange(error)
    case .status(let status, let word):
      Fault(
        "V33", "the vault refuses (\(status))", state: "What was fetched so far stays.",
        remedy: "see the cause; a release is open for 15 minutes, then ask again", cause: word,
        exit: .failed)
    case .busy(let seconds):
      Fault(
        "V34", "the vault has too many requests from here", state: "What was fetched so far stays.",
        remedy: "repeat in \(seconds) seconds or later", exit: .failed)
    case .malformed(let part):
      Fault(
        "V35", "the server does not answer like a vault", state: "Nothing of it was used.",
        remedy: "check the address", cause: part, exit: .failed)
    case .unproven(let part):
      Fault(
        "V47", "the vault's receipt does not hold",
        state: "That it is in the vault's ledger is the server's word alone.",
        remedy: "look at `fluxgate trail`; if it stays so, do not trust the server", cause: part,
        exit: .damaged)
    case .damaged(let object):
      Fault(
        "V36", "an object came otherwise than it was released: \(object)",
        state: "It was thrown away; what was fetched so far stays.",
        remedy: "repeat; if it stays so, do not trust the server", exit: .damaged)
    case .local(let error): .vault(error)
    }
  }

  /// The same words at the reader's end and at the server's.
  static func notGranted(_ reason: String, _ index: UInt64) -> Fault {
    Fault(
      "V20", "refused: no grant permits this (\(reason))",
      state: "Nothing was released. The refusal is entry \(index) of the vault's ledger.",
      remedy: "ask the patient for a grant that covers reader, category, purpose and time",
      exit: .refused)
  }

  private static func exchange(_ error: ExchangeError) -> Fault {
    switch error {
    case .untrusted(let cause):
      Fault(
        "V37", "the server's certificate is not trusted", state: "Nothing was sent.",
        remedy: "check the address; --ca FILE names another authority",
        cause: library(cause), exit: .refused)
    case .badAuthorities(let path):
      Fault(
        "V38", "\(path) holds no certificate authority", state: "Nothing was sent.",
        remedy: "give a PEM file", exit: .refused)
    default:
      Fault(
        "V32", "the vault cannot be reached", state: "What was fetched so far stays.",
        remedy: "check the address and the network, then repeat: it goes on", cause: "\(error)",
        exit: .failed)
    }
  }

  /// The TLS library's own word for it, without the place in its source.
  private static func library(_ cause: String) -> String {
    guard let mark = cause.firstRange(of: "OPENSSL_internal:") else { return cause }
    return String(cause[mark.upperBound...].prefix { !$0.isWhitespace })
  }
}
