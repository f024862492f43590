import Fluxgate
import FluxgateLedger
import FluxgateRecording
import FluxgateSeal

/// A verification's result for people and programs.
struct Verdict {
  /// Findings that are printed; JSON has them all.
  static let mostFindings = 200

  let found: VerificationReport
  let trust: SignerTrust
  let witnesses: WitnessQuorum

  init(_ found: VerificationReport, trust: SignerTrust, witnesses: WitnessQuorum) {
    self.found = found
    self.trust = trust
    self.witnesses = witnesses
  }

  var exit: ExitStatus {
    lacksProofs ? .failed : ExitStatus(rawValue: found.status.rawValue) ?? .failed
  }

  /// Everything else holds, but a segment's place in the ledger cannot be shown: not verifiable.
  private var lacksProofs: Bool {
    switch (trust, found.status) {
    case (.patient, .intact), (.patient, .incomplete), (.card, .intact), (.card, .incomplete):
      !found.isErased && found.proofs.count < found.segmentCount
    default: false
    }
  }

  func lines() -> [String] {
    var lines = found.findings.prefix(Self.mostFindings).flatMap {
      TextBlock.wrap(FindingWords.line($0), columns: 80, hanging: 2)
    }
    let more = found.findings.count - Self.mostFindings
    if more > 0 { lines.append("and \(more) more; --json lists them all") }
    if !lines.isEmpty { lines.append("") }
    lines += row("verdict", "\(word.uppercased()): \(meaning)")
    lines += row("signer", signer)
    lines += row("checked", "\(found.segmentCount) segments, \(found.chunkCount) sealed chunks")
    if let part = found.part { lines += row("part", words(part)) }
    for (place, line) in erasures.enumerated() { lines += row(place == 0 ? "erased" : "", line) }
    for (place, line) in proofs.enumerated() { lines += row(place == 0 ? "proofs" : "", line) }
    for (number, counts) in streams { lines += row("stream \(number)", account(counts)) }
    return lines
  }

  // MARK: Words

  var word: String {
    if lacksProofs { return "not verifiable" }
    return switch found.status {
    case .intact: "intact"
    case .damaged: hasWrongSigner ? "refused" : "damaged"
    case .unverifiable: "signer unknown"
    case .incomplete: hasLossOnly ? "intact with recorded loss" : "incomplete"
    }
  }

  private var meaning: String {
    if lacksProofs { return "whole, but not all of it is proven; `fluxgate recover` anchors it" }
    return switch found.status {
    case .intact where found.part != nil: "what was released is as it was signed"
    case .intact:
      found.isErased
        ? "whole, and erased by the patient: nobody can open it"
        : found.erasures.isEmpty ? "nothing is missing" : "whole, but for what the patient erased"
    case .damaged:
      hasWrongSigner ? "it was not signed by the one you trust" : "see the objects named above"
    case .unverifiable: "whole as far as can be seen, but anybody could have made it"
    case .incomplete:
      hasLossOnly
        ? "every byte is whole; what is lost is named" : "whole as far as it goes; see above"
    }
  }

  private func words(_ part: PartNote) -> String {
    "released from a vault: category \(part.categories.sorted().map(String.init).joined(separator: ", ")) "
      + "of \(part.segments.count) segments; the rest was not released"
  }

  private var hasWrongSigner: Bool {
    found.findings.contains {
      ($0.object == .recording || $0.object == .pairing) && $0.kind == .document(.signer)
    }
  }

  private var hasLossOnly: Bool {
    found.findings.allSatisfy { if case .rowsLost = $0.kind { true } else { false } }
  }

  private var signer: String {
    switch trust {
    case .patient(let patient): "a gateway that \(patient.name) must have paired with"
    case .card: "the gateway of the card"
    case .gateway: "the gateway's key that was given"
    case .nobody: "unknown: give --patient or --gateway"
    }
  }

  /// The most that can be said of the ledger.
  private var proofs: [String] {
    let total = found.segmentCount
    switch trust {
    case .gateway, .nobody: return ["not checked: the log's key is not known"]
    case .patient, .card: break
    }
    let cosigned = count(.cosigned)
    let holding = cosigned + count(.selfAttested)
    let text = "\(holding) of \(total) segments are proven in the gateway's log"
    if holding == 0 { return [text] }
    let quorum = "\(witnesses.needed) of \(witnesses.keys.count) witnesses"
    if !isSelfAttestedOnly { return [text, "cosigned by at least \(quorum)"] }
    let lone = "self-attested only: no second party has cosigned"
    if witnesses.keys.isEmpty { return [text, lone] }
    return [text, "self-attested only: \(cosigned) are cosigned by \(quorum)"]
  }

  private var isSelfAttestedOnly: Bool { count(.cosigned) < max(1, found.segmentCount) }

  private func count(_ verdict: ProofVerdict) -> Int {
    found.proofs.values.count { $0 == verdict }
  }

  /// Names are sealed: numbers only, without the metadata.
  private var streams: [(number: UInt32, counts: StreamCounts)] {
    found.counts.filter { $0.key >> 31 == 0 }.sorted { $0.key < $1.key }
      .map { ($0.key, $0.value) }
  }

  private func account(_ counts: StreamCounts) -> String {
    let causes = FindingWords.causes(counts)
    let text =
      "received \(counts.received) = stored \(counts.stored) "
      + "+ lost \(counts.received - counts.stored)"
    return causes.isEmpty ? text : "\(text) (\(causes))"
  }

  private func row(_ name: String, _ text: String) -> [String] {
    LabelledText.lines(name, text, width: 13)
  }
}

// MARK: - JSON

extension Verdict {
  struct Report: Encodable {
    struct FoundObject: Encodable {
      let object, kind, text: String
    }

    struct Proofs: Encodable {
      let cosigned, selfAttested, invalid: Int
      let witnesses, quorum: Int
      let selfAttestedOnly: Bool
    }

    struct Account: Encodable {
      let stream: UInt32
      let received, stored: UInt64
      let lost: [String: UInt64]
    }

    let recording, verdict: String
    let exit: Int32
    let segments, chunks: Int
    let isErased: Bool
    let isPart: Bool
    let erasures: [Erasure]
    let findings: [FoundObject]
    let proofs: Proofs
    let streams: [Account]
  }

  func report(_ recording: String) -> Report {
    Report(
      recording: recording, verdict: word, exit: exit.rawValue, segments: found.segmentCount,
      chunks: found.chunkCount, isErased: found.isErased, isPart: found.part != nil,
      erasures: erasureReports,
      findings: found.findings.map {
        Report.FoundObject(
          object: "\($0.object)", kind: FindingWords.name($0.kind), text: FindingWords.text($0.kind)
        )
      },
      proofs: Report.Proofs(
        cosigned: count(.cosigned), selfAttested: count(.selfAttested), invalid: count(.invalid),
        witnesses: witnesses.keys.count, quorum: witnesses.needed,
        selfAttestedOnly: isSelfAttestedOnly),
      streams: streams.map {
        Report.Account(
          stream: $0.number, received: $0.counts.received, stored: $0.counts.stored,
          lost: FindingWords.lost($0.counts))
      })
  }
}
