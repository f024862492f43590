import Fluxgate
import FluxgateConsent
import FluxgateLedger
import FluxgateSeal
import FluxgateVault

/// A trail in words.
struct TrailText {
  private let trail: TrailReport
  private let log: VerifierKey
  private let isFirstLook: Bool
  private let witnesses: WitnessQuorum
  private let patient: PatientPublicKey

  init(
    _ trail: TrailReport, log: VerifierKey, isFirstLook: Bool, witnesses: WitnessQuorum,
    patient: PatientPublicKey
  ) {
    self.trail = trail
    self.log = log
    self.isFirstLook = isFirstLook
    self.witnesses = witnesses
    self.patient = patient
  }

  /// At most 80 columns, but for keys, which stand whole.
  var lines: [String] {
    var lines = ["Trail of \(patient.name): \(trail.checkpoint?.size ?? 0) entries in \(log.name)"]
    for line in trail.lines { lines += entry(line) }
    lines.append("")
    lines += standing.flatMap { TextBlock.wrap($0, columns: 80, hanging: 2) }
    lines += trail.findings.flatMap {
      TextBlock.wrap("! \(TrailWords.text($0))", columns: 80, hanging: 2)
    }
    return lines
  }

  private func entry(_ line: TrailLine) -> [String] {
    let record = line.record
    let head =
      "\(StatusText.right("\(line.index)", 6))  \(Instant.text(record.at))  "
      + TrailWords.text(record)
    let details = [who(record.actor)] + whom(record) + TrailWords.details(record)
    return [head] + details.flatMap { TextBlock.wrap("        \($0)", columns: 80, hanging: 10) }
  }

  /// To whom a grant was given, or from whom it was taken, and for how long.
  private func whom(_ record: TrailRecord) -> [String] {
    guard [.consentGranted, .consentRevoked].contains(record.kind),
      let grant = trail.book.grants.first(where: { $0.id == record.consent })
    else { return [] }
    let isGiven = record.kind == .consentGranted
    let grantee = "\(grant.grantee.name), \(grant.grantee.keyFingerprint.text)"
    let valid = GrantText.words(grant.valid, always: "without an end")
    return [(isGiven ? "to " : "from ") + grantee] + (isGiven ? ["valid \(valid)"] : [])
  }

  private func who(_ actor: KeyFingerprint) -> String {
    if actor == patient.keyFingerprint { return "by the patient" }
    let grant = trail.book.grants.first { $0.grantee.keyFingerprint == actor }
    return "by \(grant.map { "\($0.grantee.name), " } ?? "")\(actor.text)"
  }

  private var standing: [String] {
    var lines: [String] = []
    if isFirstLook {
      lines.append("First look at this ledger; its key was taken from the vault itself:")
      lines.append("  \(log.text)")
    }
    lines += trail.comparedSizes.map {
      "Compared with the checkpoint of \($0) entries that was seen before."
    }
    if trail.comparedSizes.isEmpty {
      lines.append("No earlier checkpoint: a trail that was cut would look like this too.")
    }
    lines.append(cosigned)
    if trail.isSound { lines.append("Every entry has its record, and nothing was changed.") }
    return lines
  }

  private var cosigners: Int {
    trail.note.map { witnesses.cosigners(of: $0, log: log).count } ?? 0
  }

  private var cosigned: String {
    if witnesses.keys.isEmpty { return "Self-attested only: no witness was named." }
    return cosigners >= witnesses.needed
      ? "Cosigned by \(cosigners) of \(witnesses.keys.count) witnesses."
      : "Self-attested only: \(cosigners) of \(witnesses.needed) needed witnesses have cosigned."
  }
}

extension TrailText {
  struct Report: Encodable {
    struct Entry: Encodable {
      let index: UInt64
      let kind: String
      let at: Int64
      let actor: String
      let consent, recording: String?
      let categories: [UInt16]
      let from, until: Int64?
      let purpose, action, identity, reason, objects: String?
    }

    let ledger: String
    let size: UInt64?
    let comparedSize: UInt64?
    let cosigners, needed: Int
    let isSound: Bool
    let entries: [Entry]
    let findings: [String]
  }

  var report: Report {
    Report(
      ledger: log.text, size: trail.checkpoint?.size, comparedSize: trail.comparedSize,
      cosigners: cosigners, needed: witnesses.needed, isSound: trail.isSound,
      entries: trail.lines.map(Report.Entry.init), findings: trail.findings.map(TrailWords.text))
  }
}

extension TrailText.Report.Entry {
  init(_ line: TrailLine) {
    let record = line.record
    index = line.index
    kind = record.kind.rawValue
    at = record.at
    actor = record.actor.text
    consent = record.consent?.text
    recording = record.recording.map { Digits.hexadecimal($0) }
    categories = record.categories.sorted()
    from = record.window.from
    until = record.window.until
    purpose = record.purpose
    action = record.action?.rawValue
    identity = record.identity?.name
    reason = record.reason
    objects = record.objects.map { Digits.hexadecimal($0) }
  }
}
