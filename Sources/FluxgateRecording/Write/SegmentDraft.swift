internal import FluxgateSeal

/// A segment on its way from the journal into HDF5: reads records, checks them, lists the chunks.
struct SegmentDraft: ~Copyable {
  let header: JournalHeader
  let commitments: [KeyCommitmentEntry]
  private(set) var streams: [ManifestStream]
  /// The journal says that the recording ends with this segment.
  private(set) var isFinal = false
  private var reader: JournalReader
  private var last: UInt64 = 0
  private let path: String

  init(
    folder: RecordingFolder, segment: UInt32, signer: VerifyingKey
  ) throws(RecordingError) {
    let head = try RecordingHead.load(folder)
    var opened = try JournalReader(folder.journal(segment))
    let (header, commitments) = try opened.opening()
    guard header.recording == head.recording, header.gateway == signer.bytes,
      header.gateway == head.gateway.bytes, header.segment == segment,
      header.structure == head.structure
    else { throw .journal(path: opened.path, offset: 0, .foreign) }
    self.header = header
    self.commitments = commitments
    streams = zip(header.structure.datasets, header.firstIndices).map(ManifestStream.init)
    path = folder.segment(segment) + Disk.aside
    reader = opened
  }

  /// Writes every whole chunk of the journal into the HDF5 file aside.
  mutating func writeChunks() throws(RecordingError) {
    var file = try SegmentFile(path, recording: header.recording, structure: header.structure)
    var isClosed = false
    while let record = try reader.next() {
      switch record {
      case .chunk(let account, let sealed) where !isClosed:
        try file.append(sealed, to: try admit(sealed, account))
      case .closed(let final) where !isClosed:
        isClosed = true
        isFinal = final
      default:
        throw .journal(path: reader.path, offset: reader.offset, .order)
      }
    }
    try file.close()
  }

  /// Lists a chunk after a look at its header; gives the position of its stream.
  private mutating func admit(
    _ sealed: [UInt8], _ account: RowAccount
  ) throws(RecordingError) -> Int {
    guard let address = try? SealedHeader.parse(sealed).address,
      let position = header.structure.position(of: address.stream),
      address == place(position, sequence: address.sequence), address.sequence > last,
      account.stored <= UInt64(header.structure.datasets[position].rowsPerChunk)
    else { throw .journal(path: reader.path, offset: reader.offset, .record) }
    last = address.sequence
    streams[position].account.add(account)
    streams[position].chunks.append(
      ManifestChunk(
        index: address.index, sequence: address.sequence, epoch: address.epoch, sealed: sealed))
    return position
  }

  private func place(_ position: Int, sequence: UInt64) -> ChunkAddress {
    let stream = streams[position]
    return ChunkAddress(
      of: stream.dataset, recording: header.recording, epoch: header.epoch,
      index: stream.nextIndex, sequence: sequence)
  }
}

extension JournalReader {
  /// The two records that every journal begins with.
  mutating func opening() throws(RecordingError) -> (JournalHeader, [KeyCommitmentEntry]) {
    guard case .header(let header)? = try next(), case .epoch(let commitments)? = try next() else {
      throw .journal(path: path, offset: offset, .header)
    }
    return (header, commitments)
  }
}

extension ChunkAddress {
  init(
    of dataset: DatasetDescription, recording: [UInt8], epoch: UInt32, index: UInt64,
    sequence: UInt64
  ) {
    self.init(
      recording: recording, stream: dataset.stream, category: dataset.category, epoch: epoch,
      rawLength: UInt32(dataset.chunkByteCount), index: index, sequence: sequence)
  }
}
