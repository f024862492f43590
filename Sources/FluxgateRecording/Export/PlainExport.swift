internal import FluxgateSignal

/// Writes an opened recording in forms that other programs read (``RecordingFormat``, "Plain
/// export"). What comes out is health data in the clear.
public struct PlainExport {
  let reader: RecordingReader
  /// The streams to write, without metadata, with what is known of them.
  let streams: [ExportStream]

  /// - Parameter only: stream numbers; nil for all that the reader can open.
  public init(_ reader: RecordingReader, only: Set<UInt32>? = nil) throws(RecordingError) {
    self.reader = reader
    var metas: [UInt16: CategoryMeta] = [:]
    for category in Set(reader.datasets.map(\.category)) {
      metas[category] = try reader.meta(of: category)
    }
    streams = reader.datasets.filter { dataset in
      dataset.kind != .meta && only?.contains(dataset.stream) ?? true
    }.map { ExportStream($0, metas[$0.category]?.streams[$0.stream]) }
  }
}

/// A stream with names for everything, made up from numbers where metadata is missing.
struct ExportStream {
  let dataset: DatasetDescription
  let meta: StreamMeta

  init(_ dataset: DatasetDescription, _ known: StreamMeta?) {
    self.dataset = dataset
    var meta = known ?? StreamMeta(name: "s\(dataset.stream)", rate: nil, channels: [])
    if meta.channels.count != Int(dataset.columns) {
      meta.channels = (0..<dataset.columns).map { Channel(name: "c\($0)", kind: "", unit: "") }
    }
    self.meta = meta
  }
}
