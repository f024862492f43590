public import FluxgateSignal

/// One stream of a recording as everybody may see it: numbers and shapes, no names.
public struct DatasetDescription: Sendable, Hashable {
  public let stream: UInt32
  public let category: UInt16
  public let kind: StreamKind
  public let type: StoredType
  public let columns: UInt32
  public let rowsPerChunk: UInt32

  /// - Parameters:
  ///   - stream: unique in the recording, below 2^31.
  ///   - rowsPerChunk: rows x columns x bytes of the type are at most 1 MiB; at most two seconds
  ///     of rows should be chosen.
  public init(
    stream: UInt32, category: UInt16, kind: StreamKind, sampleType: SampleType, columns: UInt32,
    rowsPerChunk: UInt32
  ) {
    self.init(
      stream: stream, category: category, kind: kind, type: StoredType(sampleType),
      columns: columns, rowsPerChunk: rowsPerChunk)
  }

  init(
    stream: UInt32, category: UInt16, kind: StreamKind, type: StoredType, columns: UInt32,
    rowsPerChunk: UInt32
  ) {
    self.stream = stream
    self.category = category
    self.kind = kind
    self.type = type
    self.columns = columns
    self.rowsPerChunk = rowsPerChunk
  }

  /// The metadata stream of a category: pages of 64 KiB.
  static func meta(of category: UInt16) -> DatasetDescription {
    DatasetDescription(
      stream: metaStream(of: category), category: category, kind: .meta, type: .byte, columns: 1,
      rowsPerChunk: metaPage)
  }

  /// The number of the metadata stream of a category.
  public static func metaStream(of category: UInt16) -> UInt32 { 1 << 31 | UInt32(category) }

  static let metaPage: UInt32 = 65_536

  public var rowByteCount: Int { Int(columns) * type.byteCount }

  /// Bytes of a whole chunk, valid rows or not.
  public var chunkByteCount: Int { rowByteCount * Int(rowsPerChunk) }
}

/// The public structure of a recording: every stream, and one metadata stream per category.
struct RecordingStructure: Sendable, Hashable {
  /// In rising order of stream number.
  let datasets: [DatasetDescription]

  static let mostStreams = 256
  static let mostColumns: UInt32 = 4096
  static let mostChunkBytes = 1 << 20

  /// Adds the metadata streams to `datasets`, which has none.
  init(streams: [DatasetDescription]) throws(RecordingError) {
    guard streams.allSatisfy({ $0.kind != .meta }) else {
      throw RecordingError.structure(.kind(stream: streams.first { $0.kind == .meta }?.stream ?? 0))
    }
    let categories = Set(streams.map(\.category))
    try self.init(whole: streams + categories.map(DatasetDescription.meta(of:)))
  }

  init(whole datasets: [DatasetDescription]) throws(RecordingError) {
    guard (1...Self.mostStreams).contains(datasets.count) else {
      throw RecordingError.structure(.streams(count: datasets.count))
    }
    var known = Set<UInt32>()
    for dataset in datasets {
      if let fault = Self.fault(in: dataset) { throw RecordingError.structure(fault) }
      guard known.insert(dataset.stream).inserted else {
        throw RecordingError.structure(.repeatedStream(dataset.stream))
      }
    }
    self.datasets = datasets.sorted { $0.stream < $1.stream }
    for category in categories where !known.contains(DatasetDescription.metaStream(of: category)) {
      throw RecordingError.structure(.kind(stream: DatasetDescription.metaStream(of: category)))
    }
  }

  var categories: [UInt16] { Set(datasets.map(\.category)).sorted() }

  func position(of stream: UInt32) -> Int? {
    datasets.firstIndex { $0.stream == stream }
  }

  private static func fault(in dataset: DatasetDescription) -> StructureFault? {
    let stream = dataset.stream
    guard (dataset.kind == .meta) == (dataset.type == .byte) else { return .kind(stream: stream) }
    if dataset.kind == .meta {
      return dataset == .meta(of: dataset.category) ? nil : .kind(stream: stream)
    }
    guard stream < 1 << 31 else { return .streamNumber(stream) }
    guard (1...mostColumns).contains(dataset.columns) else {
      return .columns(stream: stream, dataset.columns)
    }
    guard dataset.rowsPerChunk > 0, dataset.chunkByteCount <= mostChunkBytes else {
      return .chunkBytes(stream: stream, dataset.chunkByteCount)
    }
    return nil
  }
}
