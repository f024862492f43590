internal import FluxgateSignal

/// Rows that wait until it is clear what is missing before them. Bounded, allocated once.
struct HeldRows {
  struct Run {
    var rows: Int
    /// What the counter says is missing before this run; nil where it does not follow.
    var missing: UInt64?
    var arrival: HostTime
  }

  private(set) var runs: [Run] = []
  private(set) var rowCount = 0
  private var bytes: [UInt8] = []
  private let rowBytes: Int
  private let mostRows: Int
  private static let mostRuns = 4096

  init(rowBytes: Int, rows: Int) {
    self.rowBytes = rowBytes
    mostRows = rows
    bytes.reserveCapacity(rowBytes * rows)
    runs.reserveCapacity(Self.mostRuns)
  }

  var isEmpty: Bool { runs.isEmpty }

  func hasRoom(for rows: Int) -> Bool { rowCount + rows <= mostRows && runs.count < Self.mostRuns }

  mutating func hold(_ rows: RawSpan, missing: UInt64?, arrival: HostTime) {
    let count = rows.byteCount / rowBytes
    runs.append(Run(rows: count, missing: missing, arrival: arrival))
    rowCount += count
    // SAFETY: the bytes are copied before the span goes away.
    unsafe rows.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
  }

  /// Gives the run's rows to `body`.
  func withRows(from first: Int, count: Int, _ body: (RawSpan) -> Void) {
    let held = bytes
    // SAFETY: the span is used only while `held` lives.
    body(unsafe held.span.bytes.extracting(first * rowBytes..<(first + count) * rowBytes))
  }

  mutating func removeAll() {
    runs.removeAll(keepingCapacity: true)
    bytes.removeAll(keepingCapacity: true)
    rowCount = 0
  }
}
