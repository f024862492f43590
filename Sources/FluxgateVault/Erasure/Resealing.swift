internal import FluxgateRecording
internal import FluxgateSeal

/// Seals anew what is left of capsules that hold erased keys too. Only the patient's machine can.
///
/// A new capsule has a name of its own, with the start of the tombstone's id: the old one goes only
/// when the new one is durable.
struct Resealing {
  let secret: PatientSecret
  /// Readers whose keys are known from grants.
  let readers: [PatientPublicKey]
  let head: HeadDocument
  let tombstone: Tombstone

  /// Name and bytes of each capsule that is to be put; those that replace one already are left out.
  /// What is left of several capsules for one reader and epoch, of different grants, makes one.
  func capsules(
    for standings: [CapsuleStanding]
  ) throws(VaultError) -> [(name: CapsuleFileName, bytes: [UInt8])] {
    var made: [CapsuleFileName: (recipient: PatientPublicKey, keys: [UInt16: CapsuleKey])] = [:]
    for standing in standings where standing.isMixed {
      guard !standings.contains(where: { $0.replaces(standing) }),
        let recipient = recipient(of: standing)
      else { continue }
      let keys = try keys(of: standing, among: standings)
      guard let epoch = keys.first?.epoch,
        let name = CapsuleFileName(
          epoch: epoch, recipient: recipient.keyFingerprint, tombstone: tombstone)
      else { continue }
      for key in keys { made[name, default: (recipient, [:])].keys[key.category] = key }
    }
    return made.map { name, sealed in
      let bytes = Capsule.seal(
        keys: Array(sealed.keys.values), recording: head.recording, to: sealed.recipient,
        signedBy: secret.signing)
      return (name, bytes)
    }
  }

  private func recipient(of standing: CapsuleStanding) -> PatientPublicKey? {
    ([secret.publicKey] + readers).first { $0.keyFingerprint == standing.capsule?.recipient }
  }

  /// The keys that stay, out of the patient's own capsules of those epochs.
  private func keys(
    of standing: CapsuleStanding, among standings: [CapsuleStanding]
  ) throws(VaultError) -> [CapsuleKey] {
    let mine = secret.publicKey.keyFingerprint
    var keys: [CapsuleEntry: CapsuleKey] = [:]
    for own in standings where own.isTrusted && own.capsule?.recipient == mine {
      guard !Set(own.left).isDisjoint(with: standing.left) else { continue }
      for (key, entry) in zip(try open(own), own.capsule?.entries ?? []) { keys[entry] = key }
    }
    return standing.left.compactMap { keys[$0] }
  }

  private func open(_ standing: CapsuleStanding) throws(VaultError) -> [CapsuleKey] {
    let isPatients = standing.capsule?.signer == secret.publicKey.signing
    do throws(SealError) {
      return try Capsule.open(
        standing.bytes, with: secret,
        trusting: isPatients ? secret.publicKey.signing : head.gateway, recording: head.recording)
    } catch {
      throw .refused(standing.name, .sealed(error))
    }
  }
}
