import Fluxgate
import FluxgateSeal
import FluxgateSignal
import FluxgateVault

/// An erasure in words.
enum ErasureText {
  static func lines(_ plan: ErasurePlan, _ wish: ErasureWish) -> [String] {
    var lines = ["To be erased, for good:"]
    lines += plan.recordings.map { "  recording \($0)" }
    lines += TextBlock.wrap("  \(what(wish.categories))", columns: 80, hanging: 2)
    for epochs in plan.scopes.flatMap({ $0.epochs ?? [] }) {
      lines.append(
        "  epochs \(epochs.epochs.lowerBound) to \(epochs.epochs.upperBound) of "
          + Digits.hexadecimal(epochs.recording))
    }
    if !plan.undated.isEmpty {
      lines += TextBlock.wrap(
        "  NOT erased: \(plan.undated.count) epochs do not say when they were; --recording takes "
          + "them", columns: 80, hanging: 2)
    }
    for id in plan.damaged {
      lines += TextBlock.wrap(
        "  NOT looked into: \(id), for an object of it is damaged; --recording takes all of it",
        columns: 80, hanging: 2)
    }
    for id in plan.unclosed {
      lines += TextBlock.wrap(
        "  not seen to be closed: \(id). What its gateway still holds of this time goes with its "
          + "next push, or `fluxgate erase --apply` there", columns: 80, hanging: 2)
    }
    return lines
  }

  static func lines(_ result: ErasureResult) -> [String] {
    var lines = ["Tombstone \(result.tombstone.text)"]
    if let index = result.index { lines.append("  entry \(index) of the vault's ledger") }
    if result.resealed > 0 { lines.append("  \(result.resealed) capsules sealed anew") }
    for recording in result.recordings { lines += Self.lines(recording) }
    return lines
  }

  static func lines(_ recording: ErasedRecording) -> [String] {
    var lines = [
      "  \(recording.recording)  \(recording.isWhole ? "all" : "in part"), "
        + "\(recording.removed.count) objects deleted"
    ]
    func tell(_ names: [String], _ words: String) {
      guard !names.isEmpty else { return }
      lines += TextBlock.wrap("    \(names.count) \(words)", columns: 80, hanging: 4)
    }
    tell(
      recording.pending,
      "capsules are NOT erased: they hold keys that stay, and only the patient's key seals those "
        + "anew")
    tell(
      recording.unreplaced,
      "capsules of readers went with keys that stay: `fluxgate consent past` gives those again")
    tell(recording.unreadable, "damaged capsules went, too")
    return lines
  }

  static func what(_ categories: Set<UInt16>?) -> String {
    guard let categories else { return "all categories" }
    return categories.sorted().map(name).joined(separator: ", ")
  }

  static func name(_ code: UInt16) -> String {
    Category(rawValue: code)?.name ?? "category \(code)"
  }

  struct Report: Encodable {
    struct Recording: Encodable {
      let recording: String
      let isWhole: Bool
      let removed, pending, unreplaced, unreadable: [String]

      init(_ erased: ErasedRecording) {
        recording = erased.recording
        isWhole = erased.isWhole
        removed = erased.removed
        pending = erased.pending
        unreplaced = erased.unreplaced
        unreadable = erased.unreadable
      }
    }

    struct Epochs: Encodable {
      let recording: String
      let first, last: UInt32

      init(_ epochs: ErasedEpochs) {
        recording = Digits.hexadecimal(epochs.recording)
        first = epochs.epochs.lowerBound
        last = epochs.epochs.upperBound
      }
    }

    struct Done: Encodable {
      let tombstone: String
      let index: UInt64?
      let resealed: Int
      let recordings: [Recording]
    }

    let recordings: [String]
    let categories: [String]?
    let epochs, undated: [Epochs]
    let unclosed, damaged: [String]
    let tombstones: [Done]

    init(_ plan: ErasurePlan, _ wish: ErasureWish, done: [ErasureResult]) {
      recordings = plan.recordings
      categories = wish.categories.map { $0.sorted().map(ErasureText.name) }
      epochs = plan.scopes.flatMap { $0.epochs ?? [] }.map(Epochs.init)
      undated = plan.undated.map(Epochs.init)
      unclosed = plan.unclosed
      damaged = plan.damaged
      tombstones = done.map {
        Done(
          tombstone: $0.tombstone.text, index: $0.index, resealed: $0.resealed,
          recordings: $0.recordings.map(Recording.init))
      }
    }
  }
}

/// What `--apply` did, in words.
enum AppliedText {
  struct Report: Encodable {
    struct Outcome: Encodable {
      let folder: String
      let erased: ErasureText.Report.Recording?
      let fault: FaultReport?
    }

    let tombstones: [String]
    let recordings: [Outcome]
    let capturesRemoved, capturesLeft: [String]
    let removedCursors: Bool
  }

  static func show(_ report: GatewayErasure.Report) {
    Console.say("\(report.tombstones.count) tombstones, \(report.erased.count) recordings reached")
    for outcome in report.outcomes {
      if let fault = outcome.fault { Console.complain(fault.text()) }
      guard let erased = outcome.report else { continue }
      Console.say(outcome.folder)
      Console.say(ErasureText.lines(erased))
    }
    for path in report.captures.removed { Console.say("capture deleted: \(path)") }
    for path in report.captures.left {
      Console.say("capture left, of another time; look whether it is to go: \(path)")
    }
    if report.removedCursors {
      Console.say("The devices' cursors are gone: they are read from their first record again.")
    }
    Console.report(
      Report(
        tombstones: report.tombstones.map(\.text),
        recordings: report.outcomes.map {
          Report.Outcome(
            folder: $0.folder, erased: $0.report.map(ErasureText.Report.Recording.init),
            fault: $0.fault.map(FaultReport.init))
        }, capturesRemoved: report.captures.removed, capturesLeft: report.captures.left,
        removedCursors: report.removedCursors))
  }
}
