public import FluxgateRecording
public import FluxgateSeal

/// Finds recordings on the disk and opens them, with a technician's words for what is in the way.
public enum RecordingAccess {
  /// The folder, once it is seen to hold a recording or what is left of one.
  public static func folder(_ path: String) throws(Fault) -> RecordingFolder {
    let folder = RecordingFolder(trimmed(path))
    guard DurableFile.exists(folder.path) else { throw .noFolder(path) }
    let traces = [folder.recording, folder.manifests, folder.journals, folder.segments]
    guard traces.contains(where: DurableFile.exists) else { throw .notARecording(path) }
    return folder
  }

  /// What can be seen without a key.
  public static func outline(_ path: String) throws(Fault) -> RecordingOutline {
    let folder = try folder(path)
    do throws(RecordingError) {
      return try RecordingOutline(folder)
    } catch {
      throw .recording(error, folder: folder.path)
    }
  }

  /// Opens a recording: signer, chain and capsules are checked, chunks as they are read.
  ///
  /// - Parameter patient: whose recording it is, for a reader who was granted something of it; nil
  ///   for the patient.
  public static func reader(
    _ path: String, secret: PatientSecret, patient: PatientPublicKey? = nil
  ) throws(Fault) -> RecordingReader {
    let folder = try folder(path)
    try checkPatient(folder, patient ?? secret.publicKey)
    do throws(RecordingError) {
      return try RecordingReader(opening: folder, secret: secret, patient: patient)
    } catch {
      throw .recording(error, folder: folder.path)
    }
  }

  /// The gateway that the patient paired with, as the recording's pairing names it.
  public static func card(
    _ path: String, pairedBy patient: PatientPublicKey
  ) throws(Fault) -> GatewayCard {
    let file = try folder(path).pairing
    guard let pairing = try? Pairing.open(DurableFile.read(file), by: patient) else {
      throw Fault(
        "K05", "\(file) was not signed by this patient",
        remedy: "give the key of the patient whose recording it is", exit: .refused)
    }
    return GatewayCard(pairing)
  }

  /// Tells a wrong key from a wrong gateway: a pairing for somebody else is the former.
  private static func checkPatient(
    _ folder: RecordingFolder, _ patient: PatientPublicKey
  ) throws(Fault) {
    guard DurableFile.exists(folder.pairing),
      let pairing = try? Pairing.read(DurableFile.read(folder.pairing))
    else { return }
    guard pairing.patient == patient.keyFingerprint else {
      throw .wrongKey(
        folder.path, cause: "made for \(pairing.patient), not \(patient.fingerprint)")
    }
  }

  private static func trimmed(_ path: String) -> String {
    path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
  }
}
