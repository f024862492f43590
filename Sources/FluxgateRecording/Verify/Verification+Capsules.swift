internal import FluxgateSeal

extension Verification {
  /// Step 6: every capsule signed by the gateway or the patient, in its place, with the manifests' commitments.
  mutating func checkCapsules(
    _ chain: ManifestChain, _ head: RecordingHead
  ) throws(RecordingError) {
    let known = commitments(chain)
    var epochs = Set<UInt32>()
    for file in Disk.exists(folder.capsules) ? try Disk.list(folder.capsules) : [] {
      guard let name = CapsuleName(file) else {
        if !file.hasSuffix(Disk.aside) { find(.file("capsules/\(file)"), .extra) }
        continue
      }
      epochs.insert(name.epoch)
      let bytes = try Disk.read(
        "\(folder.capsules)/\(file)", limit: Capsule.byteCountMax)
      if let kind = fault(bytes, name, head, known) { find(.capsule(file), kind) }
      if holdsErasedKey(bytes) { find(.capsule(file), .notErased) }
    }
    // All gone at once, and not by the patient's word, is said of the salt.
    if report.isErased { return }
    let held = Set(chain.manifests.filter { holds($0.segment) }.map(\.epoch))
    for epoch in held.subtracting(epochs).sorted()
    where erasures.reach(epoch, of: head.structure.categories) != .all {
      find(.capsule(padded(epoch)), .missing)
    }
  }

  private func holdsErasedKey(_ bytes: [UInt8]) -> Bool {
    guard let capsule = try? Capsule.inspect(bytes) else { return false }
    return capsule.entries.contains { erasures.covers($0.category, $0.epoch) }
  }

  private func commitments(_ chain: ManifestChain) -> [KeyPlace: [UInt8]] {
    var known: [KeyPlace: [UInt8]] = [:]
    for manifest in chain.manifests {
      for entry in manifest.commitments {
        known[KeyPlace(category: entry.category, epoch: manifest.epoch)] = entry.commitment
      }
    }
    return known
  }

  private func fault(
    _ bytes: [UInt8], _ name: CapsuleName, _ head: RecordingHead, _ known: [KeyPlace: [UInt8]]
  ) -> FindingKind? {
    let capsule: Capsule
    do {
      capsule = try Capsule.inspect(bytes)
    } catch {
      return .document(DocumentFault(error))
    }
    if let fault = Self.placeFault(capsule, name, head, known) { return .document(fault) }
    if capsule.signer == head.gateway || capsule.signer == patient { return nil }
    // The patient signs what is granted after the recording; who only has the gateway's key
    // cannot tell.
    return patient == nil ? .signerUnknown : .document(.signer)
  }

  private static func placeFault(
    _ capsule: Capsule, _ name: CapsuleName, _ head: RecordingHead,
    _ known: [KeyPlace: [UInt8]]
  ) -> DocumentFault? {
    guard capsule.recording == head.recording else { return .field("recording") }
    guard hexadecimal(capsule.recipient.bytes.prefix(8)) == name.recipient else {
      return .field("recipient")
    }
    for entry in capsule.entries {
      guard entry.epoch == name.epoch else { return .field("epoch") }
      let commitment = known[KeyPlace(category: entry.category, epoch: entry.epoch)]
      guard commitment == nil || commitment == entry.commitment else {
        return .commitment(category: entry.category)
      }
    }
    return nil
  }
}
