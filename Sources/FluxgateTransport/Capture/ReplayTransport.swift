public import FluxgateSignal

/// One link of a capture, as if it were live: the same bytes at the same times on the capture's clock.
///
/// ```swift
/// let replay = try ReplayTransport(path: "session.pcapng", interface: "opm-left", speed: nil)
/// let acquisition = Acquisition(driver: driver, board: board, open: replay.reopen)
/// acquisition.run(link: replay, until: stop, pause: { _ in })
/// ```
/// Losses and openings come where they were captured. What the driver sends goes nowhere but is
/// compared with what was sent then. The last bytes a driver sent on leaving are not asked for.
public final class ReplayTransport: Transport {
  public let name: String
  public private(set) var now: HostTime
  private let records: CaptureRecords
  private var pace: ReplayPace?
  private var comparison = SentComparison()
  /// The next record that is not a sent one.
  private var next: CaptureRecord?
  /// How much of `next` has been read.
  private var taken = 0
  private var isUp = true
  /// Damage met while looking ahead; it is told when everything before it has been read.
  private var failure: TransportError?

  /// - Parameters:
  ///   - interface: the device's name in the capture; nil for its first link.
  ///   - usb: which device of a USB capture is meant; nil for the first with data.
  ///   - speed: 1 for the pace of the capture, 10 for ten times faster; nil for as fast as it goes.
  public init(
    path: String, interface: String?, usb: USBCaptureChoice? = nil, speed: Double?
  ) throws(TransportError) {
    precondition(speed.map { $0 > 0 } ?? true)
    records = try CaptureRecords(path: path, interface: interface, usb: usb)
    name = path
    now = HostTime(nanoseconds: 0)
    advance()
    if let failure { throw failure }
    guard let first = next else { throw .endOfCapture }
    now = first.time
    pace = speed.map { ReplayPace(start: first.time, speed: $0) }
    if first.event == .opened { advance() }
  }

  /// How the driver's bytes differ from those captured, up to now.
  public var differences: SentDifferences { comparison.differences }

  public func read(
    into buffer: inout [UInt8], until deadline: HostTime
  ) throws(TransportError) -> Arrival {
    guard isUp else { throw .disconnected(errno: 0) }
    guard let next else { throw end() }
    let time = max(next.time, now)
    // What the gateway closed at a moment came after everything else of that moment.
    if time > deadline || (next.event == .closed && time == deadline) {
      return rest(until: deadline)
    }
    pace?.wait(until: time)
    now = time
    switch next.event {
    case .received(let bytes):
      return Arrival(byteCount: deliver(bytes, into: &buffer), time: now)
    case .closed: throw end()
    case .lost, .opened, .sent: throw lose()
    }
  }

  public func write(_ bytes: [UInt8]) throws(TransportError) {
    guard isUp else { throw .disconnected(errno: 0) }
    comparison.write(bytes)
    guard comparison.isAhead, let next, next.event == .lost else { return }
    comparison.forget()
    now = max(now, next.time)
    throw lose()
  }

  /// Opens the link anew where the capture has it opened at `time` or before.
  ///
  /// - Throws: `cannotOpen` before that moment, `endOfCapture` when it was never opened again.
  public func reopen(at time: HostTime) throws(TransportError) -> any Transport {
    while let next, next.event != .opened { advance() }
    guard let next else { throw failure ?? .endOfCapture }
    pace?.wait(until: min(time, next.time))
    guard next.time <= time else { throw .cannotOpen(name: name, errno: Self.noSuchFile) }
    now = max(now, next.time)
    isUp = true
    advance()
    return self
  }

  /// ENOENT, as of an unplugged device.
  private static let noSuchFile: Int32 = 2

  private func rest(until deadline: HostTime) -> Arrival {
    pace?.wait(until: deadline)
    now = max(now, deadline)
    return Arrival(byteCount: 0, time: now)
  }

  private func deliver(_ bytes: [UInt8], into buffer: inout [UInt8]) -> Int {
    let count = min(bytes.count - taken, buffer.count)
    buffer.replaceSubrange(0..<count, with: bytes[taken..<taken + count])
    taken += count
    if taken == bytes.count { advance() }
    return count
  }

  private func lose() -> TransportError {
    comparison.settle(countingUnsent: true)
    isUp = false
    if next?.event == .lost { advance() }
    return .disconnected(errno: 0)
  }

  private func end() -> TransportError {
    comparison.settle(countingUnsent: false)
    next = nil
    return failure ?? .endOfCapture
  }

  /// Moves to the next record that was not sent; sent ones on the way are expected from now on.
  private func advance() {
    taken = 0
    next = nil
    do throws(TransportError) {
      next = try records.next()
      while case .sent(let bytes)? = next?.event {
        comparison.expect(bytes)
        next = try records.next()
      }
    } catch {
      next = nil
      failure = error
    }
  }
}
