internal import FluxgateSeal

extension RecordingFolder {
  /// Makes the folder of a new recording with its head, pairing and salt, all durable.
  func create(
    structure: RecordingStructure, pairing: [UInt8], signer: SigningKey
  ) throws(RecordingError) {
    try Disk.makeFolder(path)
    for name in Self.folders { try Disk.makeFolder("\(path)/\(name)") }
    var head = RecordingHead(
      recording: RandomBytes.make(16), gateway: signer.publicKey, structure: structure)
    try Disk.create(salt, RandomBytes.make(32))
    try Disk.create(self.pairing, pairing)
    try Disk.create(recording, head.signed(by: signer))
    try Disk.syncFolder(of: path)
  }
}
