import Fluxgate
import FluxgateLedger
import FluxgateSeal
import Foundation

/// What is said of a log, in the same words by every command.
enum LedgerWords {
  static func time(_ seconds: Int64) -> String {
    Date(timeIntervalSince1970: TimeInterval(seconds)).ISO8601Format()
  }

  /// "2026-11-21T07:54:26Z, within 2 s, by /CN=…"
  static func date(_ head: DatedHead) -> String {
    let within = head.stamp.uncertainty > 0 ? ", within \(head.stamp.uncertainty) s" : ""
    return "\(time(head.stamp.time))\(within), by \(head.stamp.authority)"
  }

  static func row(_ label: String, _ text: String) -> [String] {
    LabelledText.lines(label, text, width: 11)
  }

  /// Head, witnesses and newest date.
  static func lines(_ status: LedgerStatus) -> [String] {
    var lines = row("log", status.verifierKey.name)
    lines += row("entries", "\(status.head.size)")
    lines += row("root", Digits.hexadecimal(status.head.root.bytes))
    lines += row("witnesses", status.attestation)
    if let newest = status.stamps.last {
      lines += row("dated", "the first \(newest.checkpoint.size): \(date(newest))")
    }
    if status.undatedCount > 0 { lines += row("undated", "\(status.undatedCount) entries") }
    return lines
  }
}

/// A log for `--json`.
struct LedgerReport: Encodable {
  struct Stamp: Encodable {
    let size: UInt64
    let time: String
    let uncertainty: Int64
    let authority: String

    init(_ head: DatedHead) {
      size = head.checkpoint.size
      time = LedgerWords.time(head.stamp.time)
      uncertainty = head.stamp.uncertainty
      authority = head.stamp.authority
    }
  }

  let log, root, attestation: String
  let size, undated: UInt64
  let cosigners, quorum: Int
  let isCosigned: Bool
  let stamps: [Stamp]
  let stampFaults: [String]

  init(_ status: LedgerStatus) {
    log = status.verifierKey.text
    root = Digits.hexadecimal(status.head.root.bytes)
    attestation = status.attestation
    size = status.head.size
    undated = status.undatedCount
    cosigners = status.cosignerCount
    quorum = status.witnesses?.quorum ?? 0
    isCosigned = status.isCosigned
    stamps = status.stamps.map(Stamp.init)
    stampFaults = status.stampFaults.map { "\($0.title): \($0.cause)" }
  }
}
