internal import FluxgateSignal

/// Sweeps after a break, kept until it is known how many are missing before them.
///
/// Bytes come in lumps, so the first sweeps after a break may be late by chance. The least lateness
/// within some lumps is that of the stream.
struct BioSemiHold {
  static let patience = Int64.milliseconds(150)
  private static let capacity = 1 << 21

  /// Whole sweeps, as they came.
  private(set) var bytes: [UInt8]
  /// When the break is judged; nil while nothing is held.
  private(set) var due: HostTime?
  private(set) var least = Double.infinity
  /// Bytes passed over before the first of them; nil where the link was lost.
  private(set) var skipped: Int?
  private var count = 0

  init() {
    bytes = []
    bytes.reserveCapacity(Self.capacity)
  }

  var isHolding: Bool { due != nil }
  var sweeps: Int { count }

  mutating func begin(skipped: Int?, at now: HostTime) {
    self.skipped = skipped
    due = now.advanced(by: Self.patience)
  }

  func hasRoom(for run: RawSpan) -> Bool { bytes.count + run.byteCount <= Self.capacity }

  mutating func add(_ run: RawSpan, sweeps: Int, lateness: Double) {
    unsafe run.withUnsafeBytes { source in
      // SAFETY: copied here, nothing keeps the buffer.
      unsafe bytes.append(contentsOf: source)
    }
    count += sweeps
    least = min(least, lateness)
  }

  mutating func end() {
    bytes.removeAll(keepingCapacity: true)
    due = nil
    least = .infinity
    skipped = nil
    count = 0
  }
}
