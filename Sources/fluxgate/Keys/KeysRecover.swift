import ArgumentParser
import Fluxgate
import FluxgateSeal

extension KeysCommand {
  /// The secret from sheets, once it is seen to be the right one.
  struct Recover: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Bring a secret back from its sheets.",
      discussion: """
        Give all sheets that are there: when one is wrong, others are tried.
        The secret counts only if its fingerprint is the one on the sheets,
        or the one given here.
        """)

    @Argument(help: "Files with sheets, or with a sheet's words alone.")
    var sheets: [String]
    @Option(help: "File for the secret; the public half goes beside it, ending in .pub.")
    var out = "patient.secret"
    @Option(help: "The patient's public key, to compare with.")
    var patient: String?
    @Option(help: "The key's fingerprint, to compare with.")
    var fingerprint: String?
    @Option(help: "The pseudonym (default: the one on the sheets).")
    var label: String?
    @Option(help: "File whose one line is needed besides the sheets.")
    var sharePassphraseFile: String?
    @OptionGroup var lock: KeyLockOptions
    @OptionGroup var output: OutputOptions

    struct Report: Encodable {
      let secret, fingerprint, set: String
      let used, lying, otherSets, unreadable: [String]
    }

    func run() throws {
      output.apply()
      let brought = try BroughtSheets(sheets)
      let expected = try expected(brought)
      let name = try name(brought)
      let found = try recover(brought, as: name, expected)
      guard let secret = PatientSecret(name: name, root: found.secret) else {
        throw Fault.label(name)
      }
      let files = NewKeyFiles(secretFile: out, lock: try lock.lock(for: out))
      try files.write(secret)
      Console.say("Recovered the keys of \(secret.name); the fingerprint is the expected one.")
      files.say(secret)
      let used = found.used.map(brought.file)
      Console.say("From \(used.count) sheets of set \(found.set.text).")
      let lying = found.lying.map(brought.file)
      let others = found.others.map(brought.file)
      Console.say(lying.flatMap { lines("WRONG", $0, "not what this set's holder was given") })
      Console.say(others.flatMap { lines("not used", $0, "of another set") })
      Console.say(brought.unreadable.flatMap { lines("not read", $0, nil) })
      Console.report(
        Report(
          secret: out, fingerprint: secret.fingerprint, set: found.set.text, used: used,
          lying: lying, otherSets: others, unreadable: brought.unreadable))
    }

    private func lines(_ label: String, _ file: String, _ reason: String?) -> [String] {
      LabelledText.lines("  \(label)", file + (reason.map { ": \($0)" } ?? ""), width: 15)
    }

    /// The fingerprints that a secret may have: the one given here, or those on the sheets.
    private func expected(_ brought: BroughtSheets) throws(Fault) -> Set<KeyFingerprint> {
      if let patient { return [try KeyFiles.patient(patient).keyFingerprint] }
      if let fingerprint {
        guard let known = KeyFingerprint(text: fingerprint) else {
          throw Fault(
            "K25", "\"\(fingerprint)\" is no fingerprint",
            remedy: "give eight groups of four digits, as `fluxgate keys show` prints them",
            exit: .refused)
        }
        return [known]
      }
      if let line = brought.unreadable.first, brought.sheets.isEmpty { throw .sheet(line) }
      guard !brought.fingerprints.isEmpty else {
        throw Fault(
          "K25", "no sheet says whose secret it is",
          state: "A wrong passphrase or sheet would give another secret, unnoticed.",
          remedy: "give --patient patient.pub or --fingerprint; a gateway or vault has the key",
          exit: .refused)
      }
      return brought.fingerprints
    }

    private func name(_ brought: BroughtSheets) throws(Fault) -> String {
      if let label = label ?? brought.label { return label }
      if let patient { return try KeyFiles.patient(patient).name }
      throw Fault(
        "K08", "there is no label for the keys", remedy: "give --label", exit: .refused)
    }

    private func recover(
      _ brought: BroughtSheets, as name: String, _ expected: Set<KeyFingerprint>
    ) throws(Fault) -> ShareRecovery {
      guard PatientSecret(name: name) != nil else { throw .label(name) }
      let passphrase = try sharePassphraseFile.map { (file) throws(Fault) in
        try PassphraseSource.line(of: file)
      }
      do throws(ShareError) {
        return try ShareRecovery.run(brought.shares, passphrase: passphrase ?? []) { root in
          let secret = PatientSecret(name: name, root: root)
          return secret.map { expected.contains($0.publicKey.keyFingerprint) } ?? false
        }
      } catch {
        throw .shares(error, unreadable: brought.unreadable)
      }
    }
  }
}

extension Fault {
  static func label(_ label: String) -> Fault {
    Fault(
      "K08", "\"\(label)\" is no label", remedy: "use letters, digits, spaces and - . _",
      exit: .refused)
  }

  /// Sheets that could not be read may be the ones that are missing.
  fileprivate static func shares(_ error: ShareError, unreadable: [String]) -> Fault {
    let fault = Fault.shares(error)
    let cause = ([fault.cause] + unreadable).joined(separator: "; ")
    return Fault(
      fault.code, fault.title, state: fault.state, remedy: fault.remedy, cause: cause,
      exit: fault.exit)
  }
}
