public import FluxgateSignal
public import FluxgateTransport

/// The clock of a bench: it moves when somebody waits, and only as far as there is something to do.
public final class BenchClock {
  public private(set) var now: HostTime
  /// From here on reads answer `endOfCapture`, so that a run ends by itself.
  public let end: HostTime

  public init(
    now: HostTime = HostTime(nanoseconds: 1_000_000_000_000_000_000), end: HostTime = .distantFuture
  ) {
    self.now = now
    self.end = end
  }

  /// Never moves backward.
  public func advance(to time: HostTime) { now = max(now, min(time, end)) }
}

/// A link to a virtual device in memory, on a virtual clock: an hour of samples passes in as long
/// as its work takes.
///
/// ```swift
/// let clock = BenchClock()
/// let open = BenchTransport.opener(device, clock: clock)
/// acquisition.run(link: try open(clock.now), until: stop, pause: { _ in })
/// ```
public final class BenchTransport: Transport {
  public let name: String
  private let device: any VirtualDevice
  private let clock: BenchClock
  private let mostPerRead: Int
  private var waiting: [UInt8] = []
  private var taken = 0
  private var isOpen = false

  /// - Parameter mostPerRead: cuts reads to so many bytes; results must not depend on it.
  public init(
    device: any VirtualDevice, clock: BenchClock, mostPerRead: Int = .max, name: String = "bench"
  ) throws(TransportError) {
    precondition(mostPerRead > 0)
    self.device = device
    self.clock = clock
    self.mostPerRead = mostPerRead
    self.name = name
    device.advance(to: clock.now)
    guard device.isPlugged else { throw .cannotOpen(name: name, errno: Self.noSuchFile) }
    // What a device says while nobody listens reaches nobody.
    _ = device.takeOutput()
    isOpen = true
    device.connected(at: clock.now)
  }

  deinit { if isOpen { device.disconnected(at: clock.now) } }

  /// ENOENT: the node of an unplugged device is gone.
  private static let noSuchFile: Int32 = 2

  /// Moves the clock to the moment of the try, then opens the link or fails while the cable is out.
  public static func opener(
    _ device: any VirtualDevice, clock: BenchClock, mostPerRead: Int = .max
  ) -> (HostTime) throws(TransportError) -> any Transport {
    { (time: HostTime) throws(TransportError) -> any Transport in
      clock.advance(to: time)
      if clock.now >= clock.end { throw .endOfCapture }
      return try BenchTransport(device: device, clock: clock, mostPerRead: mostPerRead)
    }
  }

  public var now: HostTime { clock.now }

  /// Moves the clock to the device's next deed, at most to `deadline`, until bytes come.
  public func read(
    into buffer: inout [UInt8], until deadline: HostTime
  ) throws(TransportError) -> Arrival {
    var idle = 0
    while true {
      try checkPlug()
      if let count = deliver(into: &buffer) { return Arrival(byteCount: count, time: clock.now) }
      if clock.now >= clock.end { throw .endOfCapture }
      if clock.now >= deadline { return Arrival(byteCount: 0, time: clock.now) }
      let before = clock.now
      clock.advance(to: min(deadline, device.nextWake))
      device.advance(to: clock.now)
      idle = clock.now == before ? idle + 1 : 0
      precondition(idle < 1000, "the virtual device's next wake does not move")
    }
  }

  public func write(_ bytes: [UInt8]) throws(TransportError) {
    try checkPlug()
    device.receive(bytes, at: clock.now)
  }

  public func changeRate(to baud: UInt32) throws(TransportError) {
    try checkPlug()
    device.lineRate(is: baud)
  }

  private func checkPlug() throws(TransportError) {
    guard isOpen else { throw .disconnected(errno: 0) }
    guard !device.isPlugged else { return }
    isOpen = false
    // Bytes that were under way are lost with the cable, as on a real line.
    _ = device.takeOutput()
    device.disconnected(at: clock.now)
    throw .disconnected(errno: 0)
  }

  private func deliver(into buffer: inout [UInt8]) -> Int? {
    if taken == waiting.count {
      waiting = device.takeOutput()
      taken = 0
    }
    let count = min(waiting.count - taken, buffer.count, mostPerRead)
    guard count > 0 else { return nil }
    buffer.replaceSubrange(0..<count, with: waiting[taken..<taken + count])
    taken += count
    return count
  }
}
