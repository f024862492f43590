internal import FluxgateSeal

/// From a sealed chunk to its rows: seal, prefix, codec. Belongs to one thread.
struct ChunkOpener: ~Copyable {
  private var sealer = ChunkSealer()
  private var coder = RowCoder()

  init() {}

  /// - Parameter place: where the chunk was found.
  mutating func open(
    _ sealed: [UInt8], at place: ChunkAddress, of dataset: DatasetDescription, key: DataKey
  ) throws(RecordingError) -> OpenedChunk {
    let plaintext: [UInt8]
    do {
      plaintext = try sealer.open(sealed, key: key, expecting: place)
    } catch {
      throw .seal(error)
    }
    do {
      return try decode(plaintext, place, dataset)
    } catch {
      throw .chunk(stream: place.stream, index: place.index, error)
    }
  }

  private mutating func decode(
    _ plaintext: [UInt8], _ place: ChunkAddress, _ dataset: DatasetDescription
  ) throws(ChunkFault) -> OpenedChunk {
    var reader = LittleEndianReader(plaintext[...])
    let prefix = try ChunkPrefix(from: &reader)
    guard prefix.type == dataset.type else { throw .prefix(offset: 2) }
    guard prefix.columns == dataset.columns else { throw .prefix(offset: 4) }
    guard prefix.rowCount <= dataset.rowsPerChunk else { throw .rows(prefix.rowCount) }
    let rows = try coder.decode(reader.rest(), prefix)
    let content = ChunkContent(
      stream: dataset.stream, rows: rows, rowCount: prefix.rowCount,
      firstSample: prefix.firstSample, firstTime: prefix.firstTime, lastTime: prefix.lastTime,
      gaps: prefix.gaps)
    if let fault = content.fault(for: dataset) { throw fault }
    return OpenedChunk(
      stream: dataset.stream, index: place.index, sequence: place.sequence, epoch: place.epoch,
      type: prefix.type, columns: Int(prefix.columns), rowCount: Int(prefix.rowCount), rows: rows,
      firstSample: prefix.firstSample, firstTime: prefix.firstTime, lastTime: prefix.lastTime,
      gaps: prefix.gaps)
  }
}
