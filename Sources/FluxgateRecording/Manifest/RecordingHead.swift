internal import FluxgateSeal

/// The file `recording`: identity, gateway and public structure, signed by the gateway.
struct RecordingHead: Hashable, Sendable {
  var recording: [UInt8]
  var gateway: VerifyingKey
  var structure: RecordingStructure
  /// Digest of the file: what the first manifest is chained to.
  private(set) var digest: [UInt8] = []

  init(recording: [UInt8], gateway: VerifyingKey, structure: RecordingStructure) {
    self.recording = recording
    self.gateway = gateway
    self.structure = structure
  }

  mutating func signed(by key: SigningKey) -> [UInt8] {
    let body = CBOR.fields([
      "format": .unsigned(1), "recording": .bytes(recording), "gateway": .bytes(gateway.bytes),
      "streams": .array(structure.datasets.map { CBOR.fields($0.fields) }),
    ])
    let file = SignedEnvelope(body, in: .recording, by: key).encoded
    digest = SHA256.digest(file)
    return file
  }

  /// Checks the signature against the key that the document names; whether that key is to be
  /// trusted is for the caller.
  init(_ file: [UInt8]) throws(DocumentFault) {
    let envelope = try SignedEnvelope(file)
    var fields = try Fields(try envelope.unverified())
    try fields.format()
    recording = try fields.bytes("recording", count: 16)
    guard let key = VerifyingKey(bytes: try fields.bytes("gateway", count: 32)) else {
      throw .field("gateway")
    }
    gateway = key
    var datasets: [DatasetDescription] = []
    for stream in try fields.array("streams") {
      var fields = try Fields(stream)
      datasets.append(try DatasetDescription(&fields))
      try fields.end()
    }
    try fields.end()
    structure = try RecordingStructure(listed: datasets)
    _ = try envelope.opened(in: .recording, by: key)
    digest = SHA256.digest(file)
  }

  static func load(_ folder: RecordingFolder) throws(RecordingError) -> RecordingHead {
    let path = folder.recording
    guard Disk.exists(path) else { throw .document(path: path, .missing) }
    let file = try Disk.read(path)
    do {
      return try RecordingHead(file)
    } catch {
      throw .document(path: path, error)
    }
  }
}
