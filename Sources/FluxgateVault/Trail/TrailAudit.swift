internal import FluxgateConsent
internal import FluxgateSeal

/// Judges each release of a trail by the consents as they stood at that instant.
///
/// When a consent came to count is taken from the trail's own record of it, so nobody can bring one
/// in later for what has already left.
struct TrailAudit {
  private let consents: [[UInt8]: [UInt8]]
  private let patient: PatientPublicKey

  init(consents: [[UInt8]], patient: PatientPublicKey) {
    self.consents = Dictionary(consents.map { (SHA256.digest($0), $0) }) { first, _ in first }
    self.patient = patient
  }

  /// In the order of the ledger: each release by the consents that were entered before it.
  func judge(_ report: inout TrailReport) {
    var last = Int64.min
    for line in report.lines {
      if line.record.at < last { report.findings.append(.time(index: line.index)) }
      last = max(last, line.record.at)
      switch line.record.kind {
      case .consentGranted, .consentRevoked: take(line, &report)
      case .released:
        if let finding = judge(line, report.book) { report.findings.append(finding) }
      case .keysAdded, .refused, .erased: continue
      }
    }
  }

  private func take(_ line: TrailLine, _ report: inout TrailReport) {
    guard let bytes = line.record.objects.flatMap({ consents[$0] }),
      (try? report.book.add(bytes, receivedAt: line.record.at)) != nil
    else {
      report.findings.append(.consentMissing(index: line.index, line.record.consent))
      return
    }
  }

  private func judge(_ line: TrailLine, _ book: ConsentBook) -> TrailFinding? {
    let record = line.record
    if record.actor == patient.keyFingerprint { return nil }
    guard let consent = record.consent, let purpose = record.purpose, let action = record.action,
      let identity = record.identity
    else { return .unpermitted(index: line.index, nil) }
    let asked = ConsentRequest(
      reader: record.actor, categories: record.categories, action: action, purpose: purpose,
      data: record.window, identity: identity)
    guard let misses = book.misses(of: consent, asked, at: record.at) else {
      return .unpermitted(index: line.index, nil)
    }
    return misses.first.map { .unpermitted(index: line.index, $0) }
  }
}
