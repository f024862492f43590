import ArgumentParser
import Fluxgate
import FluxgateRecording

/// Who opens a recording: its patient, or somebody who was granted something of it.
struct OpeningOptions: ParsableArguments {
  @Option(help: "The patient's public key, where --key is that of a reader with a grant.")
  var patient: String?
  @OptionGroup var passphrase: PassphraseOptions

  /// - Parameter key: the file with the secret of who opens.
  func reader(_ recording: String, key: String) throws(Fault) -> RecordingReader {
    let patient = try patient.map { (path) throws(Fault) in try KeyFiles.patient(path) }
    let secret = try KeyFiles.secret(key, passphrase: passphrase.source)
    return try RecordingAccess.reader(recording, secret: secret, patient: patient)
  }
}
