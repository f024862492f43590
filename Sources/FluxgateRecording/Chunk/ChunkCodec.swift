internal import FluxgateKernels

/// How the rows of a chunk are made smaller. Raw values are written to recordings.
enum ChunkCodec: UInt8, Sendable {
  case none = 0
  /// Byte shuffle, then zstd.
  case shuffle = 1
  /// Delta, zigzag, bit shuffle, then zstd; integers only.
  case fast = 2
}

/// Codes and decodes rows; the zstd contexts are reused, so a value belongs to one thread.
struct RowCoder: ~Copyable {
  private let zstd = ZstdFrames()
  private var folded: [UInt8] = []
  private var shuffled: [UInt8] = []

  /// The rows in the smallest of the forms that suit their type, and which one it is.
  mutating func encode(
    _ rows: [UInt8], of dataset: DatasetDescription
  ) -> (ChunkCodec, [UInt8]) {
    guard !rows.isEmpty else { return (.none, []) }
    let codec: ChunkCodec = dataset.type.isInteger ? .fast : .shuffle
    transform(rows, of: dataset)
    let coded = zstd.compress(shuffled)
    return coded.count < rows.count ? (codec, coded) : (.none, rows)
  }

  private mutating func transform(_ rows: [UInt8], of dataset: DatasetDescription) {
    let size = dataset.type.byteCount
    // SAFETY: bytes are read as bytes.
    guard dataset.type.isInteger else {
      return unsafe ByteShuffle.encode(rows.span.bytes, elementSize: size, into: &shuffled)
    }
    unsafe DeltaZigzag.encode(
      rows.span.bytes, elementSize: size, channels: Int(dataset.columns), into: &folded)
    // A second reference, so that reading it and changing `shuffled` do not overlap.
    let folded = folded
    unsafe BitShuffle.encode(folded.span.bytes, elementSize: size, into: &shuffled)
  }

  /// The rows that `encode` was given; exactly `prefix.rowCount` rows or a fault.
  mutating func decode(
    _ coded: ArraySlice<UInt8>, _ prefix: ChunkPrefix
  ) throws(ChunkFault) -> [UInt8] {
    let size = prefix.type.byteCount
    let elements = Int(prefix.rowCount) * Int(prefix.columns)
    switch prefix.codec {
    case .none:
      guard coded.count == elements * size else {
        throw .coded(coded.count, expected: elements * size)
      }
      return [UInt8](coded)
    case .shuffle:
      return ByteShuffle.decoded(
        try zstd.decompress(coded, to: elements * size), elementSize: size)
    case .fast:
      guard prefix.type.isInteger else { throw .codec(prefix.codec.rawValue) }
      let planes = BitShuffle.encodedByteCount(elementCount: elements, elementSize: size)
      let folded = BitShuffle.decoded(
        try zstd.decompress(coded, to: planes), elementSize: size, elementCount: elements)
      return DeltaZigzag.decoded(folded, elementSize: size, channels: Int(prefix.columns))
    }
  }
}
