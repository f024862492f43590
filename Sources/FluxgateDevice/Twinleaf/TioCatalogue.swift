/// The pieces of metadata known of one device, and which are still wanted.
struct TioCatalogue {
  /// A piece by its place: what `dev.metadata` is asked with.
  struct Query: Hashable {
    let kind: UInt8
    var stream: UInt8 = 0
    var index: UInt8 = 0

    static let device = Query(kind: 1)
    static func segment(_ stream: UInt8, _ id: UInt8) -> Query {
      Query(kind: 3, stream: stream, index: id)
    }

    var bytes: [UInt8] { [kind, stream, index] }
  }

  private(set) var device: TioDevice?
  private var streams: [UInt8: TioStream] = [:]
  private var columns: [Query: TioColumn] = [:]
  private var segments: [Query: TioSegment] = [:]

  /// Keeps a piece. A segment that nobody asked for counts only while it is active: others may be
  /// left from an earlier round of the segment numbers.
  ///
  /// - Returns: true when the shape of a stream may be another one now.
  mutating func store(_ piece: TioMetadata, wasAsked: Bool) -> Bool {
    switch piece {
    case .device(let device):
      self.device = device
    case .stream(let stream):
      defer { streams[stream.id] = stream }
      return streams[stream.id] != stream
    case .column(let column):
      defer { columns[piece.query] = column }
      return columns[piece.query] != column
    case .segment(let segment):
      guard segment.isUsable, segment.isActive || wasAsked else { return false }
      segments[piece.query] = segment
    }
    return false
  }

  mutating func forgetSegments(of stream: UInt8, but kept: UInt8? = nil) {
    segments = segments.filter { $0.key.stream != stream || $0.key.index == kept }
  }

  func stream(_ id: UInt8) -> TioStream? { streams[id] }
  func segment(_ stream: UInt8, _ id: UInt8) -> TioSegment? { segments[.segment(stream, id)] }

  func activeSegment(of stream: UInt8) -> TioSegment? {
    segments.values.first { $0.streamID == stream && $0.isActive }
  }

  /// The columns of a stream in their order; nil while one is not known.
  func columns(of stream: TioStream) -> [TioColumn]? {
    let found = Self.columnQueries(of: stream).compactMap { columns[$0] }
    return found.count == stream.columnCount ? found : nil
  }

  var streamIDs: [UInt8] {
    guard let count = device?.streamCount, count > 0 else { return [] }
    return (1...UInt8(min(count, 127))).map { $0 }
  }

  /// True when `missingShape` is empty; asked ten times a second, so it makes no list.
  var isShapeKnown: Bool {
    guard let count = device?.streamCount else { return false }
    for place in 0..<min(Int(count), 127) {
      guard let stream = streams[UInt8(place + 1)] else { return false }
      for column in 0..<stream.columnCount
      where columns[Query(kind: 4, stream: stream.id, index: UInt8(column))] == nil {
        return false
      }
    }
    return true
  }

  /// What is still unknown of the device, its streams and columns.
  var missingShape: [Query] {
    guard device != nil else { return [.device] }
    return streamIDs.flatMap { id in
      guard let stream = streams[id] else { return [Query(kind: 2, stream: id)] }
      return Self.columnQueries(of: stream).filter { columns[$0] == nil }
    }
  }

  /// Segments to look through for the active one of each stream that has none yet.
  var missingSegments: [Query] {
    streamIDs.compactMap { streams[$0] }.filter { activeSegment(of: $0.id) == nil }
      .flatMap { stream in
        (0..<stream.segmentCount).map { Query.segment(stream.id, UInt8($0)) }
          .filter { segments[$0] == nil }
      }
  }

  private static func columnQueries(of stream: TioStream) -> [Query] {
    (0..<stream.columnCount).map { Query(kind: 4, stream: stream.id, index: UInt8($0)) }
  }
}

extension TioMetadata {
  var query: TioCatalogue.Query {
    switch self {
    case .device: .device
    case .stream(let stream): .init(kind: 2, stream: stream.id)
    case .segment(let segment): .segment(segment.streamID, segment.id)
    case .column(let column):
      .init(kind: 4, stream: column.streamID, index: UInt8(truncatingIfNeeded: column.index))
    }
  }
}
