internal import FluxgateDevice
internal import FluxgateSignal
internal import FluxgateTransport
internal import Glibc

/// A session at one moment, as the screen, `fluxgate status` and `--json` show it.
///
/// Holds no name of a patient and no sample. Where a number is not known yet it is nil.
public struct SessionStatus: Codable, Sendable {
  public struct Stream: Codable, Sendable {
    public var device: String
    public var name: String
    public var state: String
    /// Samples a second: as stated by the device, and as received over the last interval.
    public var expectedRate: Double?
    public var rate: Double?
    public var accepted: UInt64
    public var lost: UInt64
    public var clockPartsPerMillion: Double
    public var jitterMicroseconds: Double
    /// 0...1: how full the device's ring is.
    public var ringFill: Double
  }

  public var process: Int32
  public var folder: String
  public var seconds: Double
  public var streams: [Stream]
  public var sealedChunks: UInt64
  public var sealedBytes: UInt64
  public var bytesPerSecond: Double
  /// Free bytes on the recording's disk, and how long they last at this rate.
  public var diskFree: UInt64
  public var diskSecondsLeft: Double?
  /// From a row's making to the disk's word for it.
  public var latencyMilliseconds50: Double?
  public var latencyMilliseconds99: Double?
  public var segmentsClosed: UInt64
  public var segmentsAnchored: UInt64
  public var segmentsDelivered: UInt64
  /// What came or went last, and how many seconds ago.
  public var lastPlug: String?
  public var isSafe: Bool
  /// Why it is not safe, or what is being waited for.
  public var reason: String
}

/// Watches a session and says how it stands. Belongs to one thread.
public final class SessionWatch {
  private let session: RecordingSession
  private var lastTime: HostTime
  private var lastRows: [UInt64]
  private var rates: [Double?]
  private var bytesPerSecond = 0.0

  public init(_ session: RecordingSession) {
    self.session = session
    lastTime = session.startedAt
    lastRows = session.views.map { _ in 0 }
    rates = session.views.map { _ in nil }
  }

  /// The present state; rates are over the time since the last call.
  public func look() -> SessionStatus {
    let now = HostClock.now
    measure(now)
    let disk = DiskSpace.free(at: session.folder)
    let judgement = Judgement.of(session, now: now, free: disk)
    return SessionStatus(
      process: getpid(), folder: session.folder,
      seconds: Double(now.since(session.startedAt)) / 1e9, streams: streams(),
      sealedChunks: session.counters.sealedChunks, sealedBytes: session.counters.sealedByteCount,
      bytesPerSecond: bytesPerSecond, diskFree: disk,
      diskSecondsLeft: bytesPerSecond > 0 ? Double(disk) / bytesPerSecond : nil,
      latencyMilliseconds50: milliseconds(share: 0.5),
      latencyMilliseconds99: milliseconds(share: 0.99),
      segmentsClosed: session.counters.closedSegments,
      segmentsAnchored: session.counters.anchoredSegments,
      segmentsDelivered: session.counters.deliveredSegments, lastPlug: lastPlug(now),
      isSafe: judgement.isSafe, reason: judgement.reason)
  }

  private func lastPlug(_ now: HostTime) -> String? {
    session.lastPlug.map {
      let ago = max(0, now.since($0.time)) / 1_000_000_000
      return "\($0.name) \($0.isThere ? "plugged in" : "unplugged") \(ago) s ago"
    }
  }

  private func measure(_ now: HostTime) {
    let seconds = Double(now.since(lastTime)) / 1e9
    guard seconds > 0.2 else { return }
    for (index, view) in session.views.enumerated() {
      let rows = view.counters.acceptedRows
      rates[index] = Double(rows - lastRows[index]) / seconds
      lastRows[index] = rows
    }
    // Chunks reach the disk in bursts: only the mean since the start says how long it lasts.
    bytesPerSecond =
      Double(session.counters.sealedByteCount) / (Double(now.since(session.startedAt)) / 1e9)
    lastTime = now
  }

  private func streams() -> [SessionStatus.Stream] {
    zip(session.views, rates).map { view, rate in
      let board = session.boards.first { $0.name == view.device }
      return SessionStatus.Stream(
        device: view.device, name: view.description.name,
        state: board.map { "\($0.state)" } ?? "", expectedRate: view.description.rate, rate: rate,
        accepted: view.counters.acceptedRows, lost: view.counters.lostRows,
        clockPartsPerMillion: view.counters.clockErrorPartsPerMillion,
        jitterMicroseconds: Double(view.counters.jitterNanoseconds) / 1000,
        ringFill: Double(view.ring.fill) / Double(view.ring.slotCount))
    }
  }

  private func milliseconds(share: Double) -> Double? {
    session.counters.latency(share: share).map { Double($0) / 1e6 }
  }
}

/// Free space where a recording lies.
public enum DiskSpace {
  /// Bytes that an ordinary user may still write; 0 when the system does not say.
  public static func free(at path: String) -> UInt64 {
    var information = statvfs()
    // SAFETY: the kernel fills one structure.
    guard unsafe statvfs(path, &information) == 0 else { return 0 }
    return UInt64(information.f_bavail) * UInt64(information.f_frsize)
  }
}

/// The one line that a technician looks at: SAFE or NOT SAFE, and why.
struct Judgement {
  let isSafe: Bool
  let reason: String

  static func of(_ session: RecordingSession, now: HostTime, free: UInt64) -> Judgement {
    if let fault = session.faults.last { return Judgement(isSafe: false, reason: fault.title) }
    for board in session.boards where board.state == .linkLost {
      return Judgement(isSafe: false, reason: "\(board.name): link lost, trying to reopen it")
    }
    for board in session.boards where board.state == .refused || board.state == .ended {
      if !session.isStopping {
        return Judgement(isSafe: false, reason: "\(board.name): gives no more data")
      }
    }
    let lastSync = session.counters.lastSyncTime
    if lastSync > 0, now.nanoseconds - lastSync > .seconds(3) {
      return Judgement(isSafe: false, reason: "the disk has not confirmed anything for 3 s")
    }
    if free < session.plan.diskReserve * 2 {
      return Judgement(isSafe: false, reason: "the disk is nearly full")
    }
    let fullest = session.views.map { Double($0.ring.fill) / Double($0.ring.slotCount) }.max() ?? 0
    if fullest > 0.5 {
      return Judgement(isSafe: false, reason: "this computer does not keep up: a ring is half full")
    }
    let lost = session.views.reduce(0) { $0 + $1.counters.lostRows }
    return Judgement(
      isSafe: true,
      reason: lost == 0
        ? "every sample up to the open chunk (2 s) is stored"
        : "every sample up to the open chunk is stored or named as lost (\(lost))")
  }
}
