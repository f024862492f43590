internal import FluxgateSignal

/// Rows of a stream that not every frame feeds: when the frame arrived, its number, and its codes.
struct SlowRow {
  static let leading = [
    Channel(name: "utc_ns", kind: "time", unit: "ns"),
    Channel(name: "frame", kind: "index", unit: ""),
  ]

  private let stream: SlowStream
  private let columns: [FrameColumn]
  private var row: [Int64]

  init(_ stream: SlowStream) {
    self.stream = stream
    columns = stream.fields.flatMap(\.columns)
    row = Array(repeating: 0, count: Self.leading.count + columns.count)
  }

  static func description(_ stream: SlowStream, in category: Category) -> StreamDescription {
    StreamDescription(
      name: stream.name, kind: .records, category: category, sampleType: .int64,
      channels: leading + stream.fields.flatMap { $0.channels(delay: nil) }, rate: nil)
  }

  /// Appends a row if the frame has one.
  mutating func take(
    _ frame: RawSpan, counter: UInt64?, at now: HostTime, into outlet: StreamOutlet
  ) {
    guard stream.values.contains(frame.u8(at: stream.place) ?? 0) else { return }
    var isZero = true
    for (index, column) in columns.enumerated() {
      let code = column.format.integer(in: frame, at: column.offset) ?? 0
      if code != 0 { isZero = false }
      row[Self.leading.count + index] = code
    }
    if isZero, stream.skipsZero { return }
    row[0] = now.nanoseconds
    row[1] = counter.map(Int64.init) ?? -1
    outlet.append(row, at: now, now: now)
  }
}
