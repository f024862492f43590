import ArgumentParser
import Fluxgate
import FluxgateSeal

/// How a secret is split, and where the sheets go.
struct SplitOptions: ParsableArguments {
  @Option(help: "How many sheets are needed of how many: 2of3; groups with commas: 2of3,3of5.")
  var share: String
  @Option(help: "How many of the groups are needed.")
  var groups: Int?
  @Option(help: "File whose one line is needed besides the sheets.")
  var sharePassphraseFile: String?
  @Option(help: "Folder for the sheets.")
  var out: String

  /// The sheets' files and the set they are of.
  func split(_ secret: PatientSecret) throws(Fault) -> (files: [String], set: ShareSet) {
    let passphrase = try sharePassphraseFile.map { (file) throws(Fault) in
      try PassphraseSource.line(of: file)
    }
    let groups = try shares(of: secret, passphrase: passphrase ?? [])
    let folder = SheetFolder(path: out, hasPassphrase: passphrase != nil)
    return (try folder.write(groups, of: secret.publicKey), groups[0][0].set)
  }

  private func shares(
    of secret: PatientSecret, passphrase: [UInt8]
  ) throws(Fault) -> [[Share]] {
    do throws(ShareError) {
      let plan = try SharePlan(text: share, groupThreshold: groups)
      return try secret.shares(by: plan, passphrase: passphrase)
    } catch {
      throw .shares(error)
    }
  }
}

extension KeysCommand {
  /// Sheets of paper in place of a copy of the secret.
  struct Split: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Split a secret into sheets to print; so many of them give it back (SLIP-39).",
      discussion: "Print the files, give each to another holder, and delete them.")

    @Option(help: "The patient's secret.")
    var secret = "patient.secret"
    @OptionGroup var options: SplitOptions
    @OptionGroup var passphrase: PassphraseOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
      output.apply()
      let patient = try KeyFiles.secret(secret, passphrase: passphrase.source)
      let (files, set) = try options.split(patient)
      SheetWords.sayMade(files, set: set, of: patient.publicKey)
      Console.report(SheetReport(set: set.text, sheets: files, fingerprint: patient.fingerprint))
    }
  }

  /// A new set of sheets for the same secret.
  struct RotateShares: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "rotate-shares",
      abstract: "Make a new set of sheets for the same secret, and say what old ones still do.",
      discussion: "Old and new sheets do not combine, but old sheets still combine with old ones.")

    @Argument(help: "Sheets of the old set: one at least.")
    var old: [String]
    @Option(help: "The patient's secret.")
    var secret = "patient.secret"
    @OptionGroup var options: SplitOptions
    @OptionGroup var passphrase: PassphraseOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
      output.apply()
      let patient = try KeyFiles.secret(secret, passphrase: passphrase.source)
      let brought = try BroughtSheets(old)
      try check(brought, patient.publicKey)
      let (files, set) = try options.split(patient)
      SheetWords.sayMade(files, set: set, of: patient.publicKey)
      for old in brought.sets { Console.say(SheetWords.stillOpen(old, brought)) }
      Console.report(
        SheetReport(
          set: set.text, sheets: files, fingerprint: patient.fingerprint,
          stillOpen: brought.sets.map(\.text)))
    }

    private func check(_ brought: BroughtSheets, _ key: PatientPublicKey) throws(Fault) {
      if let line = brought.unreadable.first { throw .sheet(line) }
      guard brought.fingerprints.isSubset(of: [key.keyFingerprint]) else {
        throw Fault(
          "K26", "an old sheet belongs to another key than \(secret)",
          state: "Nothing was written.", remedy: "give the secret that the sheets were made of",
          exit: .refused)
      }
    }
  }
}

struct SheetReport: Encodable {
  let set: String
  let sheets: [String]
  let fingerprint: String
  /// Older sets that still give the secret.
  var stillOpen: [String] = []
}

/// What is said about sheets.
enum SheetWords {
  static func sayMade(_ files: [String], set: ShareSet, of key: PatientPublicKey) {
    Console.say("Made \(files.count) sheets, set \(set.text), of \(key.name)")
    Console.say("  fingerprint  \(key.fingerprint)")
    Console.say(files.map { "  \($0)" })
    Console.say("Print them, give each to another holder, then delete the files.")
  }

  /// Sheets on paper cannot be called back: that is said, and what helps.
  static func stillOpen(_ set: ShareSet, _ brought: BroughtSheets) -> [String] {
    let thresholds = Set(
      brought.shares.filter { $0.set == set }
        .map { "\($0.memberThreshold) of group \($0.group + 1)" })
    let groups = set.groupCount == 1 ? "" : ", from \(set.groupThreshold) groups"
    let text = """
      The sheets of set \(set.text) STILL GIVE THE SAME SECRET: \
      \(thresholds.sorted().joined(separator: ", "))\(groups) are enough, and open everything that \
      was and will be recorded for this key. Nothing can switch them off: collect and burn them until \
      fewer are left. If some may be in wrong hands, make new keys and grant anew; what was recorded \
      for the old key stays open to whoever has them.
      """
    return TextBlock.wrap(text, columns: 80, hanging: 0)
  }
}

extension Fault {
  static func sheet(_ line: String) -> Fault {
    Fault(
      "K24", "a sheet cannot be read", state: "Nothing was written.",
      remedy: "compare each word and its number with the paper", cause: line, exit: .refused)
  }
}
