import ArgumentParser
import Fluxgate
import FluxgateConsent
import FluxgateSeal
import FluxgateVault

struct ConsentGrantCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "grant",
    abstract: "Permit somebody to read some data, for a time and a purpose.",
    discussion: """
      Compare the fingerprint with the reader before you hand out anything: a
      swapped key is the cheapest attack. With --deny it forbids instead.
      """)

  @Option(help: "The reader's public key; its label should be a role.")
  var to: String
  @OptionGroup var scope: GrantScopeOptions
  @OptionGroup var time: GrantTimeOptions
  @OptionGroup var passing: GrantPassingOptions
  @Option(help: "The text that the person saw (default: the summary printed here).")
  var terms: String?
  @Flag(help: "Forbid it, whatever else permits it.")
  var deny = false
  @Flag(help: "Give the keys of what is recorded already, too.")
  var past = false
  @OptionGroup var place: ConsentPlaceOptions
  @OptionGroup var receipts: ReceiptOptions
  @OptionGroup var output: OutputOptions

  struct Report: Encodable {
    let id: String
    let grant: GrantReport
    let index: UInt64?
    /// The key by which the entry was proven.
    let ledger: String?
    let termsDigest, receipt: String
    let past: RewrapReport?
  }

  func run() throws {
    output.apply()
    try checkPast()
    let secret = try place.secret()
    let store = try place.store(as: secret)
    try receipts.check(store)
    try passing.check(secret.publicKey, for: store.patient)
    let now = ConsentScope.now
    let grant = try draft(by: secret, for: store.patient, at: now)
    var book = try store.book()
    try passing.check(grant, in: book)
    let signed = SignedConsent.sign(.grant(grant), by: secret.signing)
    Console.say(GrantText(grant: grant).lines)
    let entered = try store.put(signed, checkedBy: &book, receipts)
    Console.say("  id           \(grant.id)")
    if let entered { Console.say(entered.lines) }
    let sealed = try past ? store.rewrap(grant.id, in: book, at: now, by: secret) : nil
    if let sealed { Console.say(RewrapReport(sealed).lines) }
    Console.report(
      Report(
        id: grant.id.text, grant: GrantReport(grant, in: book, at: now),
        index: entered?.index, ledger: entered?.ledger,
        termsDigest: Digits.hexadecimal(grant.termsDigest),
        receipt: Digits.hexadecimal(grant.receipt), past: sealed.map(RewrapReport.init)))
  }

  /// Only the patient opens what was recorded before.
  private func checkPast() throws(Fault) {
    guard past, deny || passing.parent != nil else { return }
    throw Fault(
      "G20", "--past is for the patient's own grants", state: "Nothing was stored.",
      remedy: "let the patient call `fluxgate consent past` with the grant's id",
      exit: .refused)
  }

  /// The record, with the digest of the text that the person named or is about to see.
  private func draft(
    by signer: PatientSecret, for patient: PatientPublicKey, at now: Int64
  ) throws(Fault) -> ConsentGrant {
    let draft = ConsentGrant(
      effect: deny ? .deny : .permit, patient: patient.keyFingerprint,
      parent: try passing.parentID(), signer: signer.publicKey.keyFingerprint,
      grantee: try KeyFiles.patient(to), categories: scope.category.codes,
      actions: try ConsentScope.actions(scope.action),
      purposes: try ConsentScope.purposes(scope.purpose),
      terms: try ConsentScope.terms(scope.term), valid: try time.valid(at: now),
      data: try time.data(), identity: try scope.level(isDenial: deny),
      delegation: passing.delegation(of: scope.category.codes),
      termsDigest: [UInt8](repeating: 0, count: 32), receipt: RandomBytes.make(16), created: now)
    let text = try terms.map { (path) throws(Fault) in try DurableFile.read(path) }
    return draft.with(termsDigest: SHA256.digest(text ?? GrantText(grant: draft).bytes))
  }
}

extension ConsentGrant {
  fileprivate func with(termsDigest: [UInt8]) -> ConsentGrant {
    ConsentGrant(
      id: id, effect: effect, patient: patient, parent: parent, signer: signer,
      grantee: grantee, categories: categories, actions: actions, purposes: purposes,
      terms: terms, valid: valid, data: data, identity: identity, delegation: delegation,
      termsDigest: termsDigest, receipt: receipt, created: created)
  }
}
