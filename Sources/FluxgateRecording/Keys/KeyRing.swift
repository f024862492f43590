internal import FluxgateSeal

/// Takes the data keys out of the capsules that a secret opens.
enum KeyRing {
  /// Keys by place, each seen to be the one that the signed manifests commit to.
  ///
  /// Throws for a capsule of ours that is damaged or holds another key; a capsule for somebody
  /// else is passed over.
  static func load(
    _ folder: RecordingFolder, head: RecordingHead, manifests: [Manifest], secret: PatientSecret,
    patient: VerifyingKey
  ) throws(RecordingError) -> [KeyPlace: DataKey] {
    var known: [KeyPlace: [UInt8]] = [:]
    for manifest in manifests {
      for entry in manifest.commitments {
        known[KeyPlace(category: entry.category, epoch: manifest.epoch)] = entry.commitment
      }
    }
    let mine = hexadecimal(secret.publicKey.keyFingerprint.bytes.prefix(8))
    var keys: [KeyPlace: DataKey] = [:]
    for name in try CapsuleName.all(in: folder) where name.recipient == mine {
      let path = "\(folder.capsules)/\(name.file)"
      let file = try Disk.read(path, limit: Capsule.byteCountMax)
      for (place, key) in try open(file, path, head, secret, patient) {
        // An epoch that never got a segment has a capsule and no manifest.
        guard let commitment = known[place] else { continue }
        guard commitment == commit(key, head.recording, place) else {
          throw .document(path: path, .commitment(category: place.category))
        }
        keys[place] = key
      }
    }
    return keys
  }

  private static func commit(_ key: DataKey, _ recording: [UInt8], _ place: KeyPlace) -> [UInt8] {
    KeyCommitment.of(key, recording: recording, category: place.category, epoch: place.epoch)
  }

  private static func open(
    _ file: [UInt8], _ path: String, _ head: RecordingHead, _ secret: PatientSecret,
    _ patient: VerifyingKey
  ) throws(RecordingError) -> [(KeyPlace, DataKey)] {
    do {
      // The gateway signs while it records, the patient when granting what is recorded already.
      let isGrant = try Capsule.inspect(file).signer == patient
      return try Capsule.open(
        file, with: secret, trusting: isGrant ? patient : head.gateway, recording: head.recording
      ).map { (KeyPlace(category: $0.category, epoch: $0.epoch), $0.key) }
    } catch {
      throw .document(path: path, DocumentFault(error))
    }
  }
}
