import ArgumentParser
import Fluxgate
import FluxgateConsent
import FluxgateSeal

struct ConsentRevokeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "revoke",
    abstract: "End a grant, and all that was passed on under it.",
    discussion: "Stops new keys and releases. What was read cannot be unread.")

  @Argument(help: "The grant's id.")
  var id: String
  @Option(help: "A code for the reason: small letters, digits and hyphens.")
  var reason: String?
  @OptionGroup var place: ConsentPlaceOptions
  @OptionGroup var receipts: ReceiptOptions
  @OptionGroup var output: OutputOptions

  struct Report: Encodable {
    let id, revokes: String
    let at: Int64
    let index: UInt64?
    /// The key by which the entry was proven.
    let ledger: String?
  }

  func run() throws {
    output.apply()
    try checkReason()
    let secret = try place.secret()
    let store = try place.store(as: secret)
    try receipts.check(store)
    var book = try store.book()
    let grant = try ConsentShowCommand.grant(try ConsentScope.id(id), in: book)
    let revocation = ConsentRevocation(
      patient: store.patient.keyFingerprint, signer: secret.publicKey.keyFingerprint,
      revokes: grant.id, at: ConsentScope.now, reason: reason)
    let entered = try store.put(
      SignedConsent.sign(.revocation(revocation), by: secret.signing), checkedBy: &book, receipts)
    Console.say("Revoked \(grant.id), for \(grant.grantee.name).")
    if let entered { Console.say(entered.lines) }
    Console.say("No new keys and no new releases; what was read cannot be unread.")
    Console.report(
      Report(
        id: revocation.id.text, revokes: grant.id.text, at: revocation.at,
        index: entered?.index, ledger: entered?.ledger))
  }

  private func checkReason() throws(Fault) {
    guard let reason, !ConsentRevocation.isReason(reason) else { return }
    throw Fault(
      "G23", "this is no code for a reason", state: "Nothing was stored.",
      remedy: "give up to 32 small letters, digits and hyphens; no names and no free text",
      exit: .refused)
  }
}
