import ArgumentParser
import Fluxgate
import FluxgateSeal

/// The passphrase of a key file that is read.
struct PassphraseOptions: ParsableArguments {
  @Option(
    help: "File whose one line opens the key file ($FLUXGATE_PASSPHRASE_FILE, or it is asked).")
  var passphraseFile: String?

  var source: PassphraseSource { PassphraseSource(file: passphraseFile) }
}

/// How a secret key file is written: locked, unless somebody says otherwise in so many words.
struct KeyLockOptions: ParsableArguments {
  @Option(
    help: "File whose one line locks the key file ($FLUXGATE_PASSPHRASE_FILE, or it is asked).")
  var passphraseFile: String?
  @Flag(help: "Write the secret readable: whoever reads the file has the key.")
  var noPassphrase = false
  @OptionGroup var work: LockWorkOptions

  /// Nil where the secret is to stay readable.
  func lock(for path: String) throws(Fault) -> KeyLock? {
    if noPassphrase { return nil }
    guard let passphrase = try PassphraseSource(file: passphraseFile).fresh(for: path) else {
      throw Fault(
        "K16", "\(path) would be readable for everybody who gets hold of it",
        state: "Nothing was written.",
        remedy: "give --passphrase-file FILE, or say --no-passphrase", exit: .refused)
    }
    return try KeyLock(passphrase: passphrase, work: work.work)
  }
}

struct LockWorkOptions: ParsableArguments {
  @Option(help: "2^WORK steps for each guess at the passphrase; 18 takes 256 MiB and a second.")
  var work = LockedFile.usualWork
}
