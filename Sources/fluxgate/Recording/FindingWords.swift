import FluxgateRecording
import FluxgateSignal
import FluxgateVault

/// What a verification found, in words.
enum FindingWords {
  static func line(_ finding: Finding) -> String { "\(finding.object): \(text(finding.kind))" }

  /// A stable word for programs.
  static func name(_ kind: FindingKind) -> String {
    String("\(kind)".prefix { $0 != "(" })
  }

  static func text(_ kind: FindingKind) -> String {
    switch kind {
    case .missing: "missing"
    case .extra: "does not belong here"
    case .unreadable: "cannot be read"
    case .document(let fault): text(fault)
    case .structure(let what): "not as the format says (\(what))"
    case .mask(let mask): "not sealed (filter mask \(mask))"
    case .place: "in the wrong place: its sealed header names another"
    case .digest: "its bytes are not the ones that were signed"
    case .size: "has the wrong size"
    case .proof(let verdict): LedgerProofCheck.words(for: verdict)
    case .signerUnknown: "signer unknown"
    case .nothingSigned: "nothing is signed yet"
    case .notClosed: "the recording was not closed"
    case .recoveryNeeded: "waits for `fluxgate recover`"
    case .rowsLost(let count): "\(count) samples are recorded as lost"
    case .notErased: "still here, although the patient has erased it"
    case .keysGone: "gone with all capsules, and no tombstone of the patient says so"
    }
  }

  private static func text(_ fault: DocumentFault) -> String {
    switch fault {
    case .missing: "missing"
    case .encoding: "damaged: cannot be read"
    case .field(let name): "damaged: its field \(name) is wrong"
    case .signature: "damaged: its signature does not hold"
    case .signer: "signed by, or made for, somebody else"
    case .chain: "does not follow the one before it"
    case .commitment(let category): "a key of category \(category) is not the one committed to"
    }
  }

  /// "counterGap 5, linkLost 20"; empty where nothing is lost.
  static func causes(_ counts: StreamCounts) -> String {
    lost(counts).sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
  }

  static func lost(_ counts: StreamCounts) -> [String: UInt64] {
    var causes: [String: UInt64] = [:]
    for (code, count) in counts.lost where count > 0 {
      causes[DiscontinuityReason(rawValue: code).map { "\($0)" } ?? "reason\(code)"] = count
    }
    return causes
  }
}
