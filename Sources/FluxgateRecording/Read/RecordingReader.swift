public import FluxgateSeal

/// Opens a recording for somebody who holds a secret: checks who made it, then gives out rows.
///
/// HDF5 works under one lock; use a reader from one thread at a time.
public final class RecordingReader {
  public let folder: RecordingFolder
  /// 16 bytes.
  public let recording: [UInt8]
  /// Every stream, the metadata streams among them.
  public let datasets: [DatasetDescription]
  /// The writer ended the recording; false after a kill.
  public let isClosed: Bool
  public let segmentCount: Int
  /// What the folder holds where a vault released it; nil for a whole recording.
  public let part: PartNote?

  private let manifests: [Manifest]
  private let keys: [KeyPlace: DataKey]

  /// Checks the pairing, the chain of manifests and the capsules, and takes the data keys.
  ///
  /// - Parameters:
  ///   - secret: the patient's, or that of somebody to whom capsules were sealed under a grant.
  ///   - patient: whose pairing must name the gateway; nil when `secret` is the patient's own.
  public init(
    opening folder: RecordingFolder, secret: PatientSecret, patient: PatientPublicKey? = nil
  ) throws(RecordingError) {
    let head = try RecordingHead.load(folder)
    if let fault = PairingCheck.fault(
      try Disk.read(folder.pairing), patient ?? secret.publicKey, head.gateway)
    {
      throw .document(path: folder.pairing, fault)
    }
    let chain = try ManifestChain.load(folder, head: head)
    if let (segment, fault) = chain.faults.first {
      throw .document(path: folder.manifest(segment), fault)
    }
    part = try PartNote.load(folder)
    self.folder = folder
    recording = head.recording
    datasets = head.structure.datasets
    manifests = chain.manifests
    isClosed = chain.manifests.last?.closed ?? false
    segmentCount = chain.manifests.count
    keys = try KeyRing.load(
      folder, head: head, manifests: chain.manifests, secret: secret,
      patient: (patient ?? secret.publicKey).signing)
    if keys.isEmpty { throw .noKey }
  }

  /// Epochs of a category that exist and that the secret does not open, or that are not whole in a
  /// part.
  public func lockedEpochs(of category: UInt16) -> [UInt32] {
    let locked = manifests.filter {
      keys[KeyPlace(category: category, epoch: $0.epoch)] == nil || !holds($0, category)
    }
    return Set(locked.map(\.epoch)).sorted()
  }

  private func holds(_ manifest: Manifest, _ category: UInt16) -> Bool {
    part.map { $0.segments.contains(manifest.segment) && $0.categories.contains(category) } ?? true
  }

  /// Rows of a stream over the whole recording, as the gateway counted and signed them.
  public func counts(of stream: UInt32) -> StreamCounts {
    var counts = StreamCounts()
    for manifest in manifests {
      if let listed = manifest.stream(stream) { counts.add(listed.account) }
    }
    return counts
  }

  /// Starts at the first chunk of a stream.
  public func chunks(of stream: UInt32) -> ChunkCursor {
    let held = manifests.filter { manifest in
      manifest.stream(stream).map { holds(manifest, $0.dataset.category) } ?? false
    }
    return ChunkCursor(folder, held, stream: stream, keys: keys)
  }

  /// Calls `body` with each chunk of a stream, in order.
  public func forEachChunk(
    of stream: UInt32, _ body: (OpenedChunk) throws -> Void
  ) throws {
    var cursor = chunks(of: stream)
    while let chunk = try cursor.next() { try body(chunk) }
  }

  /// The newest whole metadata document of a category, as bytes; nil when there is none.
  public func metaDocument(of category: UInt16) throws(RecordingError) -> [UInt8]? {
    let stream = DatasetDescription.metaStream(of: category)
    var joiner = MetaJoiner()
    var cursor = chunks(of: stream)
    while let chunk = try cursor.next() {
      do {
        try joiner.add(chunk.rows, number: chunk.firstSample)
      } catch {
        throw .meta(stream: stream, error)
      }
    }
    return joiner.newest
  }

  /// ``metaDocument(of:)``, read by its schema.
  public func meta(of category: UInt16) throws(RecordingError) -> CategoryMeta? {
    guard let document = try metaDocument(of: category) else { return nil }
    do {
      return try CategoryMeta(document)
    } catch {
      throw .meta(stream: DatasetDescription.metaStream(of: category), error)
    }
  }
}
