import ArgumentParser
import Fluxgate
import FluxgateSeal

extension KeysCommand {
  /// A passphrase for a key file that has none, or another one.
  struct Lock: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lock a secret key file with a passphrase, or change its passphrase.",
      discussion: """
        The file becomes an age v1 file: `age --decrypt FILE` opens it too.
        What the disk held before may still be found on it for a while.
        """)

    @Argument(help: "A patient.secret or gateway.key.")
    var file: String
    @OptionGroup var passphrase: PassphraseOptions
    @Option(help: "File whose one line locks it from now on (or it is asked).")
    var newPassphraseFile: String?
    @OptionGroup var work: LockWorkOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
      output.apply()
      let isLocked = LockedFile.isLocked(try DurableFile.read(file))
      let lock = try KeyLock(passphrase: try fresh(isLocked), work: work.work)
      _ = try lock.lock(file, opening: passphrase.source)
      Console.say(isLocked ? "\(file) has another passphrase now." : "\(file) is locked now.")
      Console.say("Nobody can tell you a passphrase that is lost.")
      Console.report(["locked": file])
    }

    /// A file without a lock takes the one passphrase that is there; a locked one needs two.
    private func fresh(_ isLocked: Bool) throws(Fault) -> [UInt8] {
      let source: PassphraseSource
      if let newPassphraseFile {
        source = PassphraseSource(file: newPassphraseFile)
      } else {
        source = isLocked ? .terminal : passphrase.source
      }
      guard let fresh = try source.fresh(for: file) else {
        throw Fault(
          "K16", "there is no new passphrase for \(file)", state: "Nothing was changed.",
          remedy: "give --new-passphrase-file FILE, or use a terminal", exit: .refused)
      }
      return fresh
    }
  }
}
