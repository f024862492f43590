internal import FluxgateRecording
internal import FluxgateSeal

/// A capsule as it lies there, and how it stands to an erasure.
struct CapsuleStanding {
  let name: String
  let bytes: [UInt8]
  /// Nil for a file that is no capsule, or a damaged one.
  let capsule: Capsule?
  /// Keys that are to be erased.
  let erased: [CapsuleEntry]
  /// Keys that stay.
  let left: [CapsuleEntry]
  /// Signed by the recording's gateway or its patient, for keys that the manifests know. Anybody can
  /// put another one there: it keeps no erasure from it, and replaces nothing.
  let isTrusted: Bool

  init(
    _ name: String, _ bytes: [UInt8], under erasures: Erasures, trusting trust: CapsuleTrust
  ) {
    self.name = name
    self.bytes = bytes
    capsule = try? Capsule.inspect(bytes)
    isTrusted = capsule.map(trust.holds) ?? false
    let entries = capsule?.entries ?? []
    erased = entries.filter { erasures.covers($0.category, $0.epoch) }
    left = entries.filter { !erasures.covers($0.category, $0.epoch) }
  }

  var isMixed: Bool { isTrusted && !erased.isEmpty && !left.isEmpty }

  /// Whether this capsule gives the same reader all that would be left of another, and no more.
  func replaces(_ other: CapsuleStanding) -> Bool {
    guard isTrusted, let capsule, let recipient = other.capsule?.recipient, erased.isEmpty else {
      return false
    }
    return capsule.recipient == recipient && Set(capsule.entries).isSuperset(of: other.left)
  }
}
