import ArgumentParser
import Fluxgate
import FluxgateConsent
import FluxgateSeal

/// Which data, to do what.
struct GrantScopeOptions: ParsableArguments {
  @Option(help: "Kinds of data, joined by commas: \(CategoryList.names).")
  var category: CategoryList
  @Option(help: "Purposes, HL7 ActReason codes joined by commas: TREAT.")
  var purpose: String
  @Option(help: "Actions, joined by commas: read, live, compute, reshare.")
  var action = "read"
  @Option(
    help: "The highest level: identified, pseudonymous (default), deidentified.")
  var identity: String?
  @Option(help: "A condition of use: an id of the Data Use Ontology. May be repeated.")
  var term: [String] = []

  /// Without a word a grant shows what recordings hold, a pseudonym, and a denial forbids all.
  func level(isDenial: Bool) throws(Fault) -> IdentityLevel {
    guard let identity else { return isDenial ? .deidentified : .pseudonymous }
    return try ConsentScope.identity(identity)
  }
}

/// When it may be used, and when the data was measured.
struct GrantTimeOptions: ParsableArguments {
  @Option(help: "The first instant (default: now).")
  var from: Instant?
  @Option(help: "The first instant after the end (2026-11-21T08:00:00Z or seconds).")
  var until: Instant?
  @Option(help: "The end as days of 86400 seconds after the first instant.")
  var days: Int64?
  @Option(help: "Only data measured from then on.")
  var dataFrom: Instant?
  @Option(help: "Only data measured before then.")
  var dataUntil: Instant?

  func valid(at now: Int64) throws(Fault) -> TimeWindow {
    guard (days == nil) != (until == nil) else {
      throw Fault(
        "G18", "a grant needs one end", remedy: "give --days or --until, and not both",
        exit: .refused)
    }
    let from = from ?? Instant(seconds: now)
    if let days {
      guard 1...36_525 ~= days else {
        throw Fault(
          "G18", "\(days) days are no length for a grant", remedy: "give 1 to 36525",
          exit: .refused)
      }
      let (end, isBeyond) = from.seconds.addingReportingOverflow(days * 86_400)
      return try ConsentScope.window(
        from: from, until: Instant(seconds: isBeyond ? .max : end))
    }
    return try ConsentScope.window(from: from, until: until)
  }

  func data() throws(Fault) -> TimeWindow {
    try ConsentScope.window(from: dataFrom, until: dataUntil)
  }
}

/// Whether it may be passed on, and what it passes on.
struct GrantPassingOptions: ParsableArguments {
  @Option(help: "Lets the reader pass it on, so many steps.")
  var delegate: UInt8?
  @Option(help: "The grant that is passed on; needs --patient.")
  var parent: String?

  /// Somebody else than the patient passes a grant on; the patient never does.
  func check(_ signer: PatientPublicKey, for patient: PatientPublicKey) throws(Fault) {
    let isOther = patient.keyFingerprint != signer.keyFingerprint
    guard isOther != (parent != nil) else { return }
    throw Fault(
      "G19", isOther ? "only the patient grants anew" : "a patient's own grant has no parent",
      state: "Nothing was stored.",
      remedy: isOther
        ? "name the grant that you pass on with --parent"
        : "leave --parent away, or name the patient with --patient",
      exit: .refused)
  }

  func parentID() throws(Fault) -> ConsentID? {
    try parent.map { (text) throws(Fault) in try ConsentScope.id(text) }
  }

  func delegation(of categories: Set<UInt16>) -> ConsentGrant.Delegation? {
    delegate.flatMap { $0 > 0 ? .init(depth: $0, categories: categories) : nil }
  }

  /// Refuses what could be signed and would never permit anything.
  func check(_ grant: ConsentGrant, in book: ConsentBook) throws(Fault) {
    if grant.effect == .deny, grant.delegation != nil || grant.parent != nil {
      throw Fault(
        "G21", "what is forbidden cannot be passed on", state: "Nothing was stored.",
        remedy: "leave --delegate and --parent away", exit: .refused)
    }
    guard let above = grant.parent.flatMap(book.grant) else { return }
    let allowed = above.delegation?.categories ?? []
    guard grant.categories.isSubset(of: allowed) else {
      throw Fault(
        "G22", "this may not be passed on", state: "Nothing was stored.",
        remedy: "pass on only what the grant allows",
        cause: allowed.isEmpty ? "passing on is not allowed" : GrantText.names(allowed),
        exit: .refused)
    }
  }
}
