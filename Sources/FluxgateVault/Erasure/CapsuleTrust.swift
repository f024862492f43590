internal import FluxgateRecording
internal import FluxgateSeal

/// What tells a recording's own capsules from those that somebody else put beside them.
struct CapsuleTrust {
  private let recording: [UInt8]
  private let signers: Set<VerifyingKey>
  /// Of the keys that the manifests name.
  private let commitments: [KeyPlace: [UInt8]]

  private struct KeyPlace: Hashable {
    let category: UInt16
    let epoch: UInt32
  }

  /// - Parameters:
  ///   - signers: the recording's gateway, and its patient by their tombstones.
  ///   - manifests: each seen to be the gateway's.
  init(_ recording: [UInt8], _ signers: [VerifyingKey], _ manifests: [ManifestDocument]) {
    self.recording = recording
    self.signers = Set(signers)
    var known: [KeyPlace: [UInt8]] = [:]
    for manifest in manifests {
      for (category, commitment) in manifest.commitments {
        known[KeyPlace(category: category, epoch: manifest.epoch)] = commitment
      }
    }
    commitments = known
  }

  /// Keys of an epoch that has no manifest yet are taken for what they say.
  func holds(_ capsule: Capsule) -> Bool {
    capsule.recording == recording && signers.contains(capsule.signer)
      && capsule.entries.allSatisfy { entry in
        let known = commitments[KeyPlace(category: entry.category, epoch: entry.epoch)]
        return known.map { $0 == entry.commitment } ?? true
      }
  }
}
