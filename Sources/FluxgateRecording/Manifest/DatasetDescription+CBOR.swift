internal import FluxgateSeal
internal import FluxgateSignal

extension DatasetDescription {
  var fields: [String: CBOR] {
    [
      "stream": .unsigned(UInt64(stream)), "category": .unsigned(UInt64(category)),
      "kind": .unsigned(UInt64(kind.rawValue)), "type": .unsigned(UInt64(type.rawValue)),
      "columns": .unsigned(UInt64(columns)), "rows": .unsigned(UInt64(rowsPerChunk)),
    ]
  }

  init(_ fields: inout Fields) throws(DocumentFault) {
    guard let kind = StreamKind(rawValue: try fields.number("kind")) else { throw .field("kind") }
    guard let type = StoredType(rawValue: try fields.number("type")) else { throw .field("type") }
    self.init(
      stream: try fields.number("stream"), category: try fields.number("category"), kind: kind,
      type: type, columns: try fields.number("columns"), rowsPerChunk: try fields.number("rows"))
  }
}

extension RecordingStructure {
  /// Datasets as a document lists them: in rising order, or refused.
  init(listed datasets: [DatasetDescription]) throws(DocumentFault) {
    guard zip(datasets, datasets.dropFirst()).allSatisfy({ $0.stream < $1.stream }) else {
      throw .field("streams")
    }
    do {
      try self.init(whole: datasets)
    } catch {
      throw .field("streams")
    }
  }
}
