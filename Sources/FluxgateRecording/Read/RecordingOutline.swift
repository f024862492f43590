public import FluxgateSeal

/// What anybody may see of a recording without a key: its signed public structure and its sizes.
///
/// Signatures and chain are checked against the key that the recording itself names. Whether that
/// gateway is the right one, and every chunk, is for ``Verifier``.
public struct RecordingOutline: Sendable, Hashable {
  /// A closed segment.
  public struct Segment: Sendable, Hashable {
    public let number: UInt32
    public let epoch: UInt32
    public let chunkCount: Int
    /// Of the HDF5 file.
    public let byteCount: UInt64
    /// A proof lies beside it; nobody has checked it here.
    public let hasProof: Bool
  }

  /// What the closed segments hold of one stream.
  public struct Contents: Sendable, Hashable {
    public internal(set) var counts = StreamCounts()
    public internal(set) var chunkCount = 0
    /// Of the sealed chunks.
    public internal(set) var sealedByteCount: UInt64 = 0
  }

  /// 16 bytes.
  public let recording: [UInt8]
  public let gateway: VerifyingKey
  /// In rising order, the metadata streams among them.
  public let datasets: [DatasetDescription]
  public let isClosed: Bool
  /// What the folder holds where it is a part that a vault released; segments and contents are
  /// those of the whole recording.
  public let part: PartNote?
  public private(set) var segments: [Segment] = []
  public private(set) var contents: [UInt32: Contents] = [:]
  /// Segments whose journal is still there: a session writes them, or recovery will close them.
  public let openJournals: [UInt32]
  /// For whom there are capsules, and of which epochs.
  public private(set) var recipients: [KeyFingerprint: Set<UInt32>] = [:]
  /// Capsules that cannot be read, by file name.
  public private(set) var unreadableCapsules: [String] = []

  /// Throws ``RecordingError`` for a folder that is no recording and for a manifest that is wrong.
  public init(_ folder: RecordingFolder) throws(RecordingError) {
    let head = try RecordingHead.load(folder)
    let chain = try ManifestChain.load(folder, head: head)
    if let (segment, fault) = chain.faults.first {
      throw .document(path: folder.manifest(segment), fault)
    }
    recording = head.recording
    gateway = head.gateway
    datasets = head.structure.datasets
    isClosed = chain.manifests.last?.closed ?? false
    part = try PartNote.load(folder)
    openJournals = try RecordingFolder.numbers(in: folder.journals, suffix: "fxj")
    for manifest in chain.manifests { add(manifest, folder) }
    for name in try CapsuleName.all(in: folder) {
      let path = "\(folder.capsules)/\(name.file)"
      add(name, try Disk.read(path, limit: Capsule.byteCountMax))
    }
  }

  private mutating func add(_ manifest: Manifest, _ folder: RecordingFolder) {
    segments.append(
      Segment(
        number: manifest.segment, epoch: manifest.epoch, chunkCount: manifest.chunkCount,
        byteCount: manifest.fileSize, hasProof: Disk.exists(folder.proof(manifest.segment))))
    for stream in manifest.streams {
      var known = contents[stream.dataset.stream] ?? Contents()
      known.counts.add(stream.account)
      known.chunkCount += stream.chunks.count
      known.sealedByteCount += stream.chunks.reduce(0) { $0 + UInt64($1.size) }
      contents[stream.dataset.stream] = known
    }
  }

  private mutating func add(_ name: CapsuleName, _ bytes: [UInt8]) {
    guard let capsule = try? Capsule.inspect(bytes) else {
      unreadableCapsules.append(name.file)
      return
    }
    recipients[capsule.recipient, default: []].insert(name.epoch)
  }
}
