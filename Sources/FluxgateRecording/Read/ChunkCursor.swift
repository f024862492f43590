internal import FluxgateSeal

/// Walks through the chunks of one stream, over all segments, holding one chunk at a time.
///
/// Every chunk is checked against the signed manifest before it is opened. Chunks of epochs whose
/// key the reader was not given are passed over. HDF5 works under one lock: use one thread.
public struct ChunkCursor: ~Copyable {
  private let folder: RecordingFolder
  private let manifests: [Manifest]
  private let stream: UInt32
  private let keys: [KeyPlace: DataKey]
  private var opener = ChunkOpener()
  private var file: SegmentInspector?
  private var manifest = 0
  private var chunk = 0

  init(
    _ folder: RecordingFolder, _ manifests: [Manifest], stream: UInt32,
    keys: [KeyPlace: DataKey]
  ) {
    self.folder = folder
    self.manifests = manifests
    self.stream = stream
    self.keys = keys
  }

  /// The next chunk that can be opened; nil after the last.
  public mutating func next() throws(RecordingError) -> OpenedChunk? {
    while manifest < manifests.count {
      let current = manifests[manifest]
      if let listed = current.stream(stream), chunk < listed.chunks.count,
        let key = keys[KeyPlace(category: listed.dataset.category, epoch: current.epoch)]
      {
        defer { chunk += 1 }
        return try open(listed.chunks[chunk], of: listed, in: current, key)
      }
      manifest += 1
      chunk = 0
      file = nil
    }
    return nil
  }

  private mutating func open(
    _ chunk: ManifestChunk, of listed: ManifestStream, in current: Manifest, _ key: DataKey
  ) throws(RecordingError) -> OpenedChunk? {
    if file == nil { file = try SegmentInspector(folder.segment(current.segment)) }
    guard let segment = file else { return nil }
    let sealed = try SegmentChunk.sealed(chunk, of: listed, in: current, segment)
    let place = ChunkAddress(
      of: listed.dataset, recording: current.recording, epoch: current.epoch,
      index: chunk.index, sequence: chunk.sequence)
    return try opener.open(sealed, at: place, of: listed.dataset, key: key)
  }
}

/// What a data key is for, within a recording.
struct KeyPlace: Hashable, Sendable {
  var category: UInt16
  var epoch: UInt32
}
