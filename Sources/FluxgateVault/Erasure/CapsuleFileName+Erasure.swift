internal import FluxgateSeal

extension CapsuleFileName {
  /// The capsule that the patient's machine made of the keys that a tombstone left over: its id
  /// stands where a grant's would.
  init?(epoch: UInt32, recipient: KeyFingerprint, tombstone: Tombstone) {
    self.init(
      "\(padded(epoch))-\(hexadecimal(recipient.bytes.prefix(8)))-\(tombstone.text.prefix(8)).capsule"
    )
  }
}
