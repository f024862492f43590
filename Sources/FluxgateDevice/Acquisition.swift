public import FluxgateSignal
public import FluxgateTransport
internal import Synchronization

/// Told to every thread of a session; once set it stays set.
public final class StopFlag: Sendable {
  private let raised = Atomic<Bool>(false)

  public init() {}

  public var isRaised: Bool { raised.load(ordering: .acquiring) }
  public func raise() { raised.store(true, ordering: .releasing) }
}

/// One device from link to ring: read, frame, decode, publish, and open the link anew when it is lost.
///
/// Runs on a thread of its own and is the same for live devices, replayed captures and benches: it
/// knows only the transport's clock. A moment that a decoder asked for is given before the bytes that
/// came after it, with its own time, so that a replay makes the same calls in the same order.
public final class Acquisition {
  /// Longest wait for bytes, so that a stop is noticed.
  static let longestWait = Int64.milliseconds(100)
  static let reopenPause = Int64.milliseconds(500)
  static let greatestBlockAge = Int64.milliseconds(20)

  /// Makes the link; called again, with the time to try at, after each loss.
  public typealias Opener = (HostTime) throws(TransportError) -> any Transport

  private let open: Opener
  private let decoder: any Decoder
  private let port: DevicePort
  private var frames: FrameBuffer
  private var buffer = [UInt8](repeating: 0, count: FrameBuffer.mostFed)
  /// What ended the last link, for the screen's fault.
  public private(set) var lastError: TransportError?

  public init(driver: Driver, board: DeviceBoard, open: @escaping Opener) {
    self.open = open
    decoder = driver.decoder
    port = DevicePort(board: board, geometry: driver.geometry)
    frames = FrameBuffer(framer: driver.framer)
  }

  /// Reads until `stop` is raised or a replayed capture ends, then publishes what is left.
  ///
  /// - Parameters:
  ///   - link: the opened link.
  ///   - pause: waits for the given nanoseconds before a link is tried again; a bench does not wait.
  public func run(link first: any Transport, until stop: StopFlag, pause: (Int64) -> Void) {
    var link = first
    while true {
      let end = converse(over: link, until: stop)
      lastError = end
      guard let end, end.isLinkLoss else { break }
      guard let next = reopen(after: link, until: stop, pause: pause) else { break }
      link = next
    }
    finish(pause: pause, at: link.now)
  }

  /// One life of a link.
  ///
  /// - Returns: why it ended; nil when a stop was asked for.
  private func converse(over link: any Transport, until stop: StopFlag) -> TransportError? {
    do throws(TransportError) {
      frames.reset()
      decoder.linkOpened(at: link.now, port: port)
      try flushOutbox(to: link)
      while !stop.isRaised {
        try turn(link)
        if port.board.state == .refused { return nil }
      }
      finishFrames(at: link.now)
      decoder.farewell(at: link.now, port: port)
      try flushOutbox(to: link)
      return nil
    } catch {
      // The end of a capture is where the live run said farewell, not a lost line.
      if stop.isRaised { return nil }
      finishFrames(at: link.now)
      if error == .endOfCapture {
        decoder.farewell(at: link.now, port: port)
      } else {
        lose(link)
      }
      return error
    }
  }

  /// One read and all that follows from it.
  private func turn(_ link: any Transport) throws(TransportError) {
    let limit = link.now.advanced(by: Self.longestWait)
    let deadline = min(decoder.nextWake ?? limit, limit)
    let arrival = try link.read(into: &buffer, until: deadline)
    try wakeDecoder(upTo: arrival.time, link)
    if arrival.byteCount > 0 {
      port.board.count(bytes: arrival.byteCount)
      accept(arrival)
      try flushOutbox(to: link)
    }
    for outlet in port.outlets {
      outlet.flush(olderThan: Self.greatestBlockAge, now: arrival.time)
    }
  }

  private func wakeDecoder(upTo time: HostTime, _ link: any Transport) throws(TransportError) {
    while let due = decoder.nextWake, due <= time {
      decoder.wake(at: due, port: port)
      try flushOutbox(to: link)
      precondition(decoder.nextWake.map { $0 > due } ?? true, "a decoder must move its wake on")
    }
  }

  private func accept(_ arrival: Arrival) {
    frames.feed(
      buffer, count: arrival.byteCount,
      frame: { take($0, at: arrival.time) }, skip: { skip($0, $1, at: arrival.time) })
  }

  /// A frame may have waited for what would follow it; nothing does.
  private func finishFrames(at now: HostTime) {
    frames.finish(frame: { take($0, at: now) }, skip: { skip($0, $1, at: now) })
  }

  private func take(_ frame: RawSpan, at now: HostTime) {
    port.board.countFrame()
    decoder.decode(frame, at: now, port: port)
  }

  private func skip(_ count: Int, _ fault: FramingFault, at now: HostTime) {
    port.board.count(damaged: count)
    decoder.skipped(count, fault, at: now, port: port)
  }

  private func flushOutbox(to link: any Transport) throws(TransportError) {
    try port.deliver { (bytes) throws(TransportError) in try link.write(bytes) }
    if let rate = port.takeWantedRate() { try link.changeRate(to: rate) }
  }

  private func lose(_ link: any Transport) {
    _ = port.takeOutbox()
    _ = port.takeWantedRate()
    if port.board.state != .refused { port.board.state = .linkLost }
    decoder.linkLost(at: link.now, port: port)
    for outlet in port.outlets { outlet.flush() }
  }

  private func reopen(
    after lost: any Transport, until stop: StopFlag, pause: (Int64) -> Void
  ) -> (any Transport)? {
    var tryAt = lost.now
    while !stop.isRaised {
      pause(Self.reopenPause)
      tryAt = tryAt.advanced(by: Self.reopenPause)
      do throws(TransportError) {
        let link = try open(tryAt)
        port.board.state = port.isAnnounced ? .streaming : .greeting
        return link
      } catch .endOfCapture {
        return nil
      } catch {
        lastError = error
      }
    }
    return nil
  }

  private func finish(pause: (Int64) -> Void, at now: HostTime) {
    for outlet in port.outlets {
      // The reader is asked for at most ten seconds; it drains rings to the end before it stops.
      var isDone = false
      for _ in 0..<1000 where !isDone {
        isDone = outlet.finish()
        if !isDone { pause(.milliseconds(10)) }
      }
      // The reader is gone: what could not be handed over is at least counted.
      if !isDone { outlet.flush() }
    }
    if port.board.state != .refused { port.board.state = .ended }
  }
}

extension TransportError {
  /// The link broke and may come back; anything else ends the device's thread.
  var isLinkLoss: Bool {
    switch self {
    case .disconnected, .writeTimedOut, .system: true
    case .cannotOpen, .severalStreams, .endOfCapture, .damagedCapture: false
    }
  }
}
