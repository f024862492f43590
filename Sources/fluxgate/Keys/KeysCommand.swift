import ArgumentParser
import Fluxgate
import FluxgateSeal
import Foundation

struct KeysCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keys", abstract: "Make, show, pair, lock and back up keys.",
    subcommands: [
      Gateway.self, New.self, Pair.self, Show.self, Lock.self, Split.self, Recover.self,
      RotateShares.self,
    ])

  /// The gateway's own keys.
  struct Gateway: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make this gateway's keys, or show its card when it has some.")

    @Option(help: "Name of the gateway's log, like a URL without scheme.")
    var logName = "gateway.local/log"
    @OptionGroup var lock: KeyLockOptions
    @OptionGroup var home: HomeOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
      output.apply()
      let place = home.place
      let isNew = !DurableFile.exists(place.keyFile)
      if isNew {
        let lock = try lock.lock(for: place.keyFile)
        _ = try place.createIdentity(logName: logName, lock: lock)
      }
      let card = try place.card(passphrase: PassphraseSource(file: lock.passphraseFile))
      Console.say(isNew ? "Made this gateway's keys." : "This gateway has keys.")
      Console.say("  card  \(place.cardFile)")
      Console.say("  key   \(Digits.hexadecimal(card.key.bytes))")
      Console.say("  log   \(card.logVerifierKey)")
      Console.say("Give the card to the patient for pairing. Secret, and only yours:")
      Console.say("  \(place.keyFile)")
      Console.report([
        "card": place.cardFile, "key": Digits.hexadecimal(card.key.bytes),
        "log": card.logVerifierKey,
      ])
    }
  }

  /// A patient's keys; done on the patient's own machine.
  struct New: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make a patient's keys: a secret that stays with the patient, and its public half.")

    @Option(help: "A pseudonym that is shown when a recording starts.")
    var label: String
    @Option(help: "File for the secret; the public half goes beside it, ending in .pub.")
    var out = "patient.secret"
    @OptionGroup var lock: KeyLockOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
      output.apply()
      guard let secret = PatientSecret(name: label) else { throw Fault.label(label) }
      let files = NewKeyFiles(secretFile: out, lock: try lock.lock(for: out))
      try files.write(secret)
      Console.say("Made the keys of \(secret.name). Never give the secret away.")
      files.say(secret)
      Console.report(files.report(secret))
    }
  }

  /// The patient's word for a gateway.
  struct Pair: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Sign that a gateway may record for this patient.")

    @Option(help: "The patient's secret.")
    var secret = "patient.secret"
    @Option(help: "The gateway's card (gateway.pub).")
    var gateway: String
    @Option(help: "File for the pairing (default: beside the secret, ending in .pairing).")
    var out: String?
    @OptionGroup var passphrase: PassphraseOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
      output.apply()
      let patient = try KeyFiles.secret(secret, passphrase: passphrase.source)
      let card = try KeyFiles.card(gateway)
      let file = out ?? KeyPaths.sibling(of: secret, ending: "pairing")
      let pairing = Pairing(
        patient: patient.publicKey, gateway: card.key, logVerifierKey: card.logVerifierKey,
        created: UInt64(Date().timeIntervalSince1970))
      try DurableFile.replace(file, with: pairing.signed(by: patient), mode: 0o644)
      Console.say("Paired \(patient.name) with the gateway")
      Console.say("  key      \(Digits.hexadecimal(card.key.bytes))")
      Console.say("  pairing  \(file)")
      Console.report(["pairing": file, "gateway": Digits.hexadecimal(card.key.bytes)])
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show whose key a public or secret key file holds.")

    @Argument(help: "A patient.pub or patient.secret.")
    var file: String
    @OptionGroup var passphrase: PassphraseOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
      output.apply()
      let isSecret = file.hasSuffix(".secret")
      let key =
        try isSecret
        ? KeyFiles.secret(file, passphrase: passphrase.source).publicKey : KeyFiles.patient(file)
      Console.say("\(key.name)   \(key.fingerprint)")
      Console.report(["name": key.name, "fingerprint": key.fingerprint])
    }
  }
}

enum KeyPaths {
  /// `patient.secret` -> `patient.pub`.
  static func sibling(of path: String, ending: String) -> String {
    let url = URL(fileURLWithPath: path)
    let base =
      path.hasSuffix("." + url.pathExtension) && !url.pathExtension.isEmpty
      ? String(path.dropLast(url.pathExtension.count + 1)) : path
    return "\(base).\(ending)"
  }
}
