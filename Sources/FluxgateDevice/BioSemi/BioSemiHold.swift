internal import FluxgateSignal

/// Sweeps kept until it is known how many are missing before them.
struct BioSemiHold {
  /// Why sweeps are kept.
  enum Cause: Equatable {
    /// The stream is in step and late: a loss of whole sweeps, or a gateway that lags.
    case lateness
    /// So many bytes were passed over before the first sweep; the stream was late by `lag` sweeps
    /// already, which no loss explains.
    case passedOver(bytes: Int, lag: Double)
    /// The link was lost, and with it whatever was under way.
    case linkLost
  }

  /// Bytes come in lumps, so the first sweeps after a break may be late by chance. The least lateness
  /// within this time is that of the stream.
  static let patience = Int64.milliseconds(150)
  private static let longest = Int64.seconds(2)
  private static let step = Int64.milliseconds(20)
  private static let capacity = 1 << 22

  /// Whole sweeps, as they came.
  private(set) var bytes: [UInt8]
  /// When the break is judged; nil while nothing is held.
  private(set) var due: HostTime?
  private(set) var least = Double.infinity
  private(set) var cause = Cause.lateness
  private var end = HostTime.distantFuture
  private var count = 0

  init() {
    bytes = []
    bytes.reserveCapacity(Self.capacity)
  }

  var isHolding: Bool { due != nil }
  var sweeps: Int { count }

  mutating func begin(_ cause: Cause, at now: HostTime) {
    self.cause = cause
    due = now.advanced(by: Self.patience)
    end = now.advanced(by: Self.longest)
  }

  /// Waits on for lateness to settle.
  ///
  /// - Returns: false when it has waited for as long as it may.
  mutating func waitOn(at now: HostTime) -> Bool {
    guard cause == .lateness, now < end else { return false }
    due = now.advanced(by: Self.step)
    return true
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

  mutating func finish() {
    bytes.removeAll(keepingCapacity: true)
    due = nil
    least = .infinity
    cause = .lateness
    count = 0
  }
}
