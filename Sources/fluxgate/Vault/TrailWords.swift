import Fluxgate
import FluxgateConsent
import FluxgateVault

/// What records and findings of a trail mean to the patient.
enum TrailWords {
  static func text(_ record: TrailRecord) -> String {
    switch record.kind {
    case .consentGranted where record.reason == "denial": "forbidden"
    case .consentGranted: "granted"
    case .consentRevoked: "revoked"
    case .keysAdded: "keys added for earlier data"
    case .released: "released"
    case .refused: "refused: \(record.reason ?? "no reason")"
    case .erased: "erased"
    }
  }

  static func details(_ record: TrailRecord) -> [String] {
    var lines: [String] = []
    if !record.categories.isEmpty { lines.append(data(record)) }
    let words = [
      record.purpose.map { "for \($0)" }, record.action?.rawValue, record.identity?.name,
    ]
    let why = words.compactMap { $0 }.joined(separator: ", ")
    if !why.isEmpty { lines.append(why) }
    if let consent = record.consent { lines.append("grant \(consent.text)") }
    if let recording = record.recording {
      lines.append("recording \(Digits.hexadecimal(recording))")
    }
    return lines
  }

  private static func data(_ record: TrailRecord) -> String {
    let window = GrantText.words(record.window, always: "at any time")
    return "\(GrantText.names(record.categories)), measured \(window)"
  }

  static func text(_ finding: TrailFinding) -> String {
    switch finding {
    case .checkpoint(let error): "the ledger's checkpoint is not signed by its key (\(error))"
    case .olderCheckpoint(let error): "the earlier checkpoint is of another ledger (\(error))"
    case .tooLong(let size): "the ledger claims \(size) entries: none was looked at"
    case .shorter(let size, let before):
      "the ledger has \(size) entries and had \(before): cut, or put back from a copy"
    case .rewritten(let before): "the first \(before) entries are others than they were"
    case .tile(let path): "a file of the ledger is missing or damaged: \(path)"
    case .entry(let index): "entry \(index) was changed"
    case .tree: "the entries are not those that the ledger signed"
    case .recordMissing(let index): "entry \(index) has no record: it was removed"
    case .recordAltered(let index): "what is kept for entry \(index) is not its record"
    case .time(let index): "entry \(index) is dated before the one in front of it"
    case .unpermitted(let index, let reason):
      "entry \(index): data left without a grant" + (reason.map { " (\($0.code))" } ?? "")
    case .consentMissing(let index, let id):
      "entry \(index): the consent \(id.map(\.text) ?? "") is not in the vault"
    }
  }
}
