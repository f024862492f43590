internal import FluxgateDevice
public import FluxgateSignal

/// A line with cardiac magnetometers that speak TIO: one sensor, or several behind a hub, each with
/// eight field channels at 1000 Hz and house-keeping at 10 Hz.
///
/// Streams begin with the first request after the first connection and never stop by themselves: an
/// unplugged or stalled device goes on measuring, as real ones with a battery or a hub do.
public final class VirtualTwinleaf: VirtualDevice {
  public enum Dialect: Sendable {
    case modern
    /// Descriptions as packets, one stream, one sample a packet, at 200 Hz.
    case legacy
  }

  public struct Settings: Sendable {
    public var seed: UInt64 = 1
    /// Positive: the device's clock is slow, so its samples come late.
    public var clockErrorPartsPerMillion = 0.0
    /// Length of a segment before the numbers begin anew.
    public var segmentSeconds: UInt32 = 16_000
    public var segmentCount: UInt8 = 16
    /// Sends the metadata of each new segment before its data; otherwise it must be asked for.
    public var announcesSegments = true
    /// Packets without the serial envelope, as over a TCP proxy or in datagrams.
    public var isBare = false
    /// Adds a stream of mixed number types.
    public var hasMixedStream = false
    public var keepsTruth = true
    public var dialect = Dialect.modern
    /// More than one: they sit behind a hub at /0, /1, …, and a reboot is of the last one.
    public var sensorCount = 1
    /// The fastest rate that the line can change to; nil for a device that cannot change its rate.
    public var fastestRate: UInt32?
    /// What happens to data packets under way.
    public var network = NetworkFaults()
    /// Times count from the start of the streams.
    public var faults: [InjectedFault] = []

    public init() {}
  }

  let settings: Settings
  private let sensors: [VirtualTioSensor]
  public private(set) var isPlugged = true
  private var random: SeededRandom
  private var network: VirtualNetwork
  private var rate: VirtualTioRate
  private var framing: FrameBuffer
  private var output: [UInt8] = []
  private var isConnected = false
  private var started: HostTime?
  private var faults: ArraySlice<InjectedFault>
  /// The end of a stall and of an unplugging, while one lasts.
  private var stalledUntil: HostTime?
  private var unpluggedUntil: HostTime?
  private var framesToDrop = 0
  private var framesToCorrupt = 0

  public init(_ settings: Settings = Settings()) {
    self.settings = settings
    random = SeededRandom(seed: settings.seed)
    // The first number is the session's, in the sensor's own generator.
    _ = random.next()
    network = VirtualNetwork(settings.network, seed: settings.seed)
    rate = VirtualTioRate(fastest: settings.fastestRate)
    sensors = (0..<settings.sensorCount).map {
      VirtualTioSensor(settings, index: settings.sensorCount > 1 ? $0 : nil)
    }
    framing = FrameBuffer(framer: settings.isBare ? TioPacketFramer() : TioFramer())
    faults = settings.faults.sorted { $0.after < $1.after }[...]
  }

  /// Bytes of the packet that begins at `start`: one datagram.
  public static func datagramLength(_ bytes: [UInt8], _ start: Int) -> Int {
    guard start + 4 <= bytes.count else { return bytes.count - start }
    return 4 + Int(bytes[start + 2]) + (Int(bytes[start + 3]) << 8) + Int(bytes[start + 1] & 0x0F)
  }

  /// Every line rate that a gateway agreed on, in their order.
  public var agreedRates: [UInt32] { rate.history }

  public var truth: [TruthStream] { sensors.flatMap(\.truth) }

  public func connected(at now: HostTime) {
    isConnected = true
    rate.connected(at: now)
    framing.reset()
  }

  public func disconnected(at now: HostTime) {
    isConnected = false
    output.removeAll()
  }

  public func lineRate(is baud: UInt32) { rate.hosts = baud }

  public func receive(_ bytes: [UInt8], at now: HostTime) {
    advance(to: now)
    guard rate.isMatched else { return }
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
    for packet in packets { take(packet, at: now) }
  }

  public func takeOutput() -> [UInt8] {
    defer { output.removeAll(keepingCapacity: true) }
    return output
  }

  public var nextWake: HostTime {
    guard let started else { return .distantFuture }
    let fault = faults.first.map { started.advanced(by: $0.after) } ?? .distantFuture
    let ends = [stalledUntil, unpluggedUntil, rate.fallsBackAt].compactMap { $0 }
    return (ends + sensors.map(\.nextWake) + [fault]).min() ?? .distantFuture
  }

  public func advance(to now: HostTime) {
    while nextWake <= now { step(at: nextWake) }
  }

  private func take(_ packet: TioPacket, at now: HostTime) {
    rate.heard(at: now)
    guard packet.type == TioPacket.Kind.request else { return }
    if started == nil {
      started = now
      for sensor in sensors { sensor.begin(at: now, passed: 0) }
    }
    guard isHeard else { return }
    if packet.route.isEmpty, let answer = rate.answer(to: packet) {
      send(answer)
      rate.settle(at: now)
    } else if let sensor = sensors.first(where: { $0.route == packet.route }), !sensor.isBooting {
      send(sensor.answer(to: packet))
      sensor.takeDescriptions().forEach(send)
    }
  }

  /// Does all that falls on one moment; ends of faults first, then faults, then data.
  private func step(at now: HostTime) {
    endFaults(at: now)
    while let fault = faults.first, let started, started.advanced(by: fault.after) <= now {
      faults.removeFirst()
      inject(fault.kind, at: now)
    }
    for sensor in sensors {
      if let heartbeat = sensor.heartbeat(at: now) { send(heartbeat) }
      sensor.emit(at: now, { deliver($0, of: sensor, at: now) }, { send($0) })
    }
  }

  private func endFaults(at now: HostTime) {
    rate.fallBack(at: now)
    if let end = stalledUntil, end <= now { stalledUntil = nil }
    if let end = unpluggedUntil, end <= now {
      unpluggedUntil = nil
      isPlugged = true
    }
    for sensor in sensors where sensor.endsBoot(at: now) {
      sensor.begin(at: now, passed: started.map { now.since($0) / .seconds(1) } ?? 0)
    }
  }

  private func inject(_ fault: InjectedFault.Kind, at now: HostTime) {
    switch fault {
    case .dropFrame: framesToDrop += 1
    case .corruptFrame: framesToCorrupt += 1
    case .stall(let duration): stalledUntil = now.advanced(by: duration)
    case .reboot:
      let sensor = sensors[sensors.count - 1]
      sensor.reboot(at: now) { deliver($0, of: sensor, at: now) }
      output += network.settle()
      if sensors.count == 1 { rate.reboot() }
    case .unplug(let duration):
      unpluggedUntil = now.advanced(by: duration)
      isPlugged = false
      output.removeAll()
    }
  }

  private func deliver(_ made: VirtualTioSensor.Made, of sensor: VirtualTioSensor, at now: HostTime)
  {
    guard isHeard, rate.isMatched, framesToDrop == 0 else {
      if isHeard, framesToDrop > 0 { framesToDrop -= 1 }
      sensor.withhold(made)
      garble(made.packet)
      return
    }
    var wire = wire(made.packet)
    if framesToCorrupt > 0 {
      framesToCorrupt -= 1
      sensor.withhold(made)
      let place = Int(random.next() % UInt64(wire.count))
      wire[place] ^= UInt8(truncatingIfNeeded: random.next() | 1)
    }
    guard let arriving = network.carry(wire, at: started.map { now.since($0) } ?? 0) else {
      sensor.withhold(made)
      return
    }
    output += arriving
  }

  /// At another rate than the gateway's, what is sent arrives as other bytes.
  private func garble(_ packet: TioPacket) {
    guard isHeard, !rate.isMatched else { return }
    output += (0..<wire(packet).count / 2).map { _ in UInt8(truncatingIfNeeded: random.next()) }
  }

  private var isHeard: Bool { isConnected && isPlugged && stalledUntil == nil }

  private func send(_ packet: TioPacket) {
    guard isHeard else { return }
    if rate.isMatched { output += wire(packet) } else { garble(packet) }
  }

  private func wire(_ packet: TioPacket) -> [UInt8] {
    settings.isBare ? packet.bytes : TioSlip.wrap(packet.bytes)
  }
}
