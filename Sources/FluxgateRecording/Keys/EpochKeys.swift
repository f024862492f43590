internal import FluxgateSeal

/// The data keys of one epoch, whose capsules are already on the disk.
final class EpochKeys {
  let commitments: [KeyCommitmentEntry]
  private let keys: [UInt16: DataKey]

  /// Makes a key per category, seals them to every recipient and returns only when all capsules
  /// are durable: a gateway killed at any time leaves no chunk that the patient cannot open.
  ///
  /// - Parameter recipients: the patient first; no two with the same start of key and of grant.
  init(
    epoch: UInt32, head: RecordingHead, recipients: [Recipient], signer: SigningKey,
    folder: RecordingFolder
  ) throws(RecordingError) {
    guard let patient = recipients.first, patient.categories == nil else {
      throw .structure(.recipients(count: recipients.count))
    }
    var keys: [UInt16: DataKey] = [:]
    for category in head.structure.categories { keys[category] = DataKey() }
    self.keys = keys
    commitments = keys.sorted { $0.key < $1.key }.map { category, key in
      KeyCommitmentEntry(
        category: category,
        commitment: KeyCommitment.of(
          key, recording: head.recording, category: category, epoch: epoch))
    }
    for recipient in recipients {
      let granted = keys.filter { recipient.categories?.contains($0.key) ?? true }
      if granted.isEmpty { continue }
      let capsule = Capsule.seal(
        keys: granted.map { CapsuleKey(category: $0.key, epoch: epoch, key: $0.value) },
        recording: head.recording, to: recipient.key, signedBy: signer)
      let name = folder.capsule(
        epoch: epoch, recipient: recipient.key.keyFingerprint.bytes, grant: recipient.grant)
      try Disk.create(name, capsule)
    }
  }

  /// - Parameter category: one of the structure's.
  func key(of category: UInt16) -> DataKey {
    guard let key = keys[category] else { preconditionFailure("a category of the structure") }
    return key
  }

  func wipe() { keys.values.forEach { $0.wipe() } }
}
