internal import FluxgateSeal

/// What one segment holds, before and after signing (``RecordingFormat``, "The manifest").
struct Manifest: Hashable, Sendable {
  var recording: [UInt8]
  var gateway: [UInt8]
  var segment: UInt32
  var previous: [UInt8]
  var epoch: UInt32
  var commitments: [KeyCommitmentEntry]
  var streams: [ManifestStream]
  var fileSize: UInt64
  var fileDigest: [UInt8]
  var closed: Bool

  var root: [UInt8] {
    MerkleRoot.of(
      streams.flatMap { stream in stream.chunks.map { $0.leaf(stream.dataset.stream) } })
  }

  var chunkCount: Int { streams.reduce(0) { $0 + $1.chunks.count } }
  var lastSequence: UInt64? { streams.compactMap { $0.chunks.last?.sequence }.max() }
  var firstSequence: UInt64? { streams.compactMap { $0.chunks.first?.sequence }.min() }

  func stream(_ number: UInt32) -> ManifestStream? {
    streams.first { $0.dataset.stream == number }
  }

  private var body: CBOR {
    CBOR.fields([
      "format": .unsigned(1), "recording": .bytes(recording), "gateway": .bytes(gateway),
      "segment": .unsigned(UInt64(segment)), "previous": .bytes(previous),
      "epoch": .unsigned(UInt64(epoch)), "commitments": commitments.cbor,
      "streams": .array(streams.map(\.cbor)),
      "file": CBOR.fields(["size": .unsigned(fileSize), "digest": .bytes(fileDigest)]),
      "root": .bytes(root), "closed": .bool(closed),
    ])
  }

  func signed(by key: SigningKey) -> [UInt8] {
    SignedEnvelope(body, in: .manifest, by: key).encoded
  }

  /// - Parameter key: whose signature is asked for.
  init(_ file: [UInt8], by key: VerifyingKey) throws(DocumentFault) {
    var fields = try Fields(try SignedEnvelope(file).opened(in: .manifest, by: key))
    try fields.format()
    recording = try fields.bytes("recording", count: 16)
    gateway = try fields.bytes("gateway", count: 32)
    guard gateway == key.bytes else { throw .signer }
    segment = try fields.number("segment")
    previous = try fields.bytes("previous", count: 32)
    epoch = try fields.number("epoch")
    guard let entries = [KeyCommitmentEntry](try fields.take("commitments")) else {
      throw .field("commitments")
    }
    commitments = entries
    streams = []
    for stream in try fields.array("streams") { streams.append(try ManifestStream(stream)) }
    var file = try Fields(try fields.take("file"))
    fileSize = try file.number("size")
    fileDigest = try file.bytes("digest", count: 32)
    try file.end()
    let root = try fields.bytes("root", count: 32)
    closed = try fields.flag("closed")
    try fields.end()
    guard root == self.root else { throw .field("root") }
  }

  init(
    of header: JournalHeader, commitments: [KeyCommitmentEntry], previous: [UInt8],
    streams: [ManifestStream], file: (size: UInt64, digest: [UInt8]), closed: Bool
  ) {
    recording = header.recording
    gateway = header.gateway
    segment = header.segment
    self.previous = previous
    epoch = header.epoch
    self.commitments = commitments
    self.streams = streams
    fileSize = file.size
    fileDigest = file.digest
    self.closed = closed
  }
}
