internal import FluxgateDevice
public import FluxgateSignal

/// A cardiac magnetometer that speaks TIO: eight field channels at 1000 Hz, house-keeping at 10 Hz.
///
/// Streams begin with the first request after the first connection and never stop by themselves: an
/// unplugged or stalled device goes on measuring, as real ones with a battery or a hub do.
public final class VirtualTwinleaf: VirtualDevice {
  public struct Settings: Sendable {
    public var seed: UInt64 = 1
    /// Positive: the device's clock is slow, so its samples come late.
    public var clockErrorPartsPerMillion = 0.0
    /// Length of a segment before the numbers begin anew.
    public var segmentSeconds: UInt32 = 16_000
    public var segmentCount: UInt8 = 16
    /// Sends the metadata of each new segment before its data; otherwise it must be asked for.
    public var announcesSegments = true
    /// Packets without the serial envelope, as over a TCP proxy.
    public var isBare = false
    /// Adds a stream of mixed number types.
    public var hasMixedStream = false
    public var keepsTruth = true
    /// Times count from the start of the streams.
    public var faults: [InjectedFault] = []

    public init() {}
  }

  static let heartbeatPeriod = Int64.milliseconds(500)
  static let bootTime = Int64.milliseconds(300)
  static let serial = "SIM0042"
  private static let epochSecond: UInt32 = 1_700_000_000

  let settings: Settings
  private(set) var session: UInt32
  private(set) var streams: [VirtualTioStream]
  public private(set) var isPlugged = true
  private var random: SeededRandom
  private var framing: FrameBuffer
  private var output: [UInt8] = []
  private var isConnected = false
  private var started: HostTime?
  private var faults: ArraySlice<InjectedFault>
  private var heartbeatAt = HostTime.distantFuture
  /// The end of a stall, of a reboot and of an unplugging, while one lasts.
  private var stalledUntil: HostTime?
  private var bootsUntil: HostTime?
  private var unpluggedUntil: HostTime?
  private var framesToDrop = 0
  private var framesToCorrupt = 0

  public init(_ settings: Settings = Settings()) {
    self.settings = settings
    random = SeededRandom(seed: settings.seed)
    session = UInt32(truncatingIfNeeded: random.next())
    streams = Self.makeStreams(settings)
    framing = FrameBuffer(framer: settings.isBare ? TioPacketFramer() : TioFramer())
    faults = settings.faults.sorted { $0.after < $1.after }[...]
  }

  public var truth: [TruthStream] { streams.map(\.truth) }

  public func connected(at now: HostTime) {
    isConnected = true
    framing.reset()
  }

  public func disconnected(at now: HostTime) {
    isConnected = false
    output.removeAll()
  }

  public func receive(_ bytes: [UInt8], at now: HostTime) {
    advance(to: now)
    var packets: [TioPacket] = []
    for start in stride(from: 0, to: bytes.count, by: FrameBuffer.mostFed) {
      let part = Array(bytes[start..<min(start + FrameBuffer.mostFed, bytes.count)])
      framing.feed(
        part, count: part.count,
        frame: { frame in
          let packet = settings.isBare ? TioPacket(frame) : TioSlip.unwrap(frame)
          if let packet { packets.append(packet) }
        }, skip: { _, _ in })
    }
    for packet in packets where packet.type == TioPacket.Kind.request {
      if started == nil { start(at: now) }
      if isHeard { send(answer(to: packet)) }
    }
  }

  public func takeOutput() -> [UInt8] {
    defer { output.removeAll(keepingCapacity: true) }
    return output
  }

  public var nextWake: HostTime {
    guard let started else { return .distantFuture }
    let fault = faults.first.map { started.advanced(by: $0.after) } ?? .distantFuture
    let ends = [stalledUntil, bootsUntil, unpluggedUntil].compactMap { $0 }
    let packets = bootsUntil == nil ? streams.map(\.nextPacket) + [heartbeatAt] : []
    return (ends + packets + [fault]).min() ?? .distantFuture
  }

  public func advance(to now: HostTime) {
    while nextWake <= now { step(at: nextWake) }
  }

  private func start(at now: HostTime) {
    started = now
    beginStreams(at: now)
  }

  private func beginStreams(at now: HostTime) {
    heartbeatAt = now
    let passed = started.map { now.since($0) / .seconds(1) } ?? 0
    for index in streams.indices {
      streams[index].begin(
        at: now, session: session, epochSecond: Self.epochSecond + UInt32(clamping: passed),
        serial: Self.serial)
    }
  }

  /// Does all that falls on one moment; ends of faults first, then faults, then data.
  private func step(at now: HostTime) {
    endFaults(at: now)
    while let fault = faults.first, let started, started.advanced(by: fault.after) <= now {
      faults.removeFirst()
      inject(fault.kind, at: now)
    }
    guard bootsUntil == nil else { return }
    if heartbeatAt <= now {
      send(TioPacket(type: TioPacket.Kind.heartbeat, payload: TioBytes.u32(session)))
      heartbeatAt = now.advanced(by: Self.heartbeatPeriod)
    }
    for index in streams.indices where streams[index].nextPacket <= now { emit(index) }
  }

  private func endFaults(at now: HostTime) {
    if let end = stalledUntil, end <= now { stalledUntil = nil }
    if let end = unpluggedUntil, end <= now {
      unpluggedUntil = nil
      isPlugged = true
    }
    if let end = bootsUntil, end <= now {
      bootsUntil = nil
      beginStreams(at: now)
    }
  }

  private func inject(_ fault: InjectedFault.Kind, at now: HostTime) {
    switch fault {
    case .dropFrame: framesToDrop += 1
    case .corruptFrame: framesToCorrupt += 1
    case .stall(let duration): stalledUntil = now.advanced(by: duration)
    case .reboot: reboot(at: now)
    case .unplug(let duration):
      unpluggedUntil = now.advanced(by: duration)
      isPlugged = false
      output.removeAll()
    }
  }

  private func reboot(at now: HostTime) {
    for index in streams.indices {
      if let batch = streams[index].cut(at: now) { deliver(batch, index) }
    }
    bootsUntil = now.advanced(by: Self.bootTime)
    session = UInt32(truncatingIfNeeded: random.next())
  }

  private func emit(_ index: Int) {
    if let batch = streams[index].fill() { deliver(batch, index) }
    if streams[index].rollOver(), settings.announcesSegments {
      send(TioMetadata.segment(streams[index].segment).packet(flags: 2))
    }
  }

  private func deliver(_ batch: VirtualTioStream.Batch, _ index: Int) {
    guard isHeard, framesToDrop == 0 else {
      if isHeard { framesToDrop -= 1 }
      streams[index].withhold(batch)
      return
    }
    var wire = wire(batch.packet)
    if framesToCorrupt > 0 {
      framesToCorrupt -= 1
      streams[index].withhold(batch)
      let place = Int(random.next() % UInt64(wire.count))
      wire[place] ^= UInt8(truncatingIfNeeded: random.next() | 1)
    }
    output += wire
  }

  private var isHeard: Bool {
    isConnected && isPlugged && stalledUntil == nil && bootsUntil == nil
  }

  private func send(_ packet: TioPacket) {
    if isHeard { output += wire(packet) }
  }

  private func wire(_ packet: TioPacket) -> [UInt8] {
    settings.isBare ? packet.bytes : TioSlip.wrap(packet.bytes)
  }
}
