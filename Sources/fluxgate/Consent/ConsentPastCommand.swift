import ArgumentParser
import Fluxgate
import FluxgateConsent
import FluxgateSeal
import FluxgateVault

struct ConsentPastCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "past",
    abstract: "Give a grantee the keys of what was recorded before the grant.",
    discussion: """
      Opens the patient's own capsules and seals the keys of granted kinds of
      data, for epochs within the grant's window of data. May be repeated.
      """)

  @Argument(help: "The grant's id.")
  var id: String
  @OptionGroup var place: ConsentPlaceOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    output.apply()
    let secret = try place.secret()
    let store = try place.store(as: secret)
    let book = try store.book()
    let grant = try ConsentShowCommand.grant(try ConsentScope.id(id), in: book)
    let now = ConsentScope.now
    guard book.isLive(grant.id, at: now) else {
      throw Fault(
        "G24", "this grant is not in force", state: "Nothing was sealed.",
        remedy: "`fluxgate consent show` says how it stands",
        cause: GrantState(grant, in: book, at: now).rawValue, exit: .refused)
    }
    let report = RewrapReport(try store.rewrap(grant.id, in: book, at: now, by: secret))
    Console.say(report.lines)
    Console.report(report)
  }
}

/// What was sealed anew.
struct RewrapReport: Encodable {
  let recordings, capsules, keys, outside, alreadyThere, locked: Int

  init(_ report: Rewrap.Report) {
    recordings = report.recordingCount
    capsules = report.capsuleCount
    keys = report.keyCount
    outside = report.outsideCount
    alreadyThere = report.alreadyThereCount
    locked = report.lockedCount
  }

  var lines: [String] {
    let locked = locked == 0 ? "" : ", \(locked) without a key of the patient's"
    return TextBlock.wrap(
      "Sealed \(keys) keys of \(capsules) epochs in \(recordings) recordings; "
        + "\(alreadyThere) epochs were there, \(outside) lie outside the grant\(locked).",
      columns: 80, hanging: 2)
  }
}
