internal import FluxgateDevice
internal import FluxgateSignal

/// One sensor behind a virtual line: its session, its streams, its answers.
final class VirtualTioSensor {
  /// A data packet and which stream it is of; nil for the older dialect's only one.
  struct Made {
    let packet: TioPacket
    let stream: Int?
    let firstRow: UInt64
    let rowCount: Int
  }

  static let heartbeatPeriod = Int64.milliseconds(500)
  static let bootTime = Int64.milliseconds(300)
  private static let epochSecond: UInt32 = 1_700_000_000

  let route: [UInt8]
  let serial: String
  private(set) var session: UInt32 = 0
  private(set) var streams: [VirtualTioStream]
  private(set) var legacy: VirtualTioLegacyStream?
  /// Descriptions of the older dialect were asked for.
  var describesSoon = false
  private let announcesSegments: Bool
  private var random: SeededRandom
  private var heartbeatAt = HostTime.distantFuture
  private var bootsUntil: HostTime?

  /// - Parameter index: nil for a sensor that is alone on its line.
  init(_ settings: VirtualTwinleaf.Settings, index: Int?) {
    var own = settings
    own.seed = settings.seed &+ UInt64(index ?? 0) &* 7919
    route = index.map { [UInt8($0)] } ?? []
    serial = index.map { "SIM004\(2 + $0)" } ?? "SIM0042"
    announcesSegments = settings.announcesSegments
    random = SeededRandom(seed: own.seed)
    let prefix = index.map { "\($0)." } ?? ""
    if settings.dialect == .legacy {
      streams = []
      legacy = VirtualTioLegacyStream(own, prefix: prefix)
    } else {
      streams = Self.makeStreams(own, prefix: prefix)
    }
    session = UInt32(truncatingIfNeeded: random.next())
  }

  var truth: [TruthStream] { streams.map(\.truth) + (legacy?.truth ?? []) }
  var isBooting: Bool { bootsUntil != nil }

  var nextWake: HostTime {
    if let bootsUntil { return bootsUntil }
    let packets = streams.map(\.nextPacket) + [legacy?.nextPacket ?? .distantFuture, heartbeatAt]
    return packets.min() ?? .distantFuture
  }

  /// - Parameter passed: seconds since the device was first started.
  func begin(at now: HostTime, passed: Int64) {
    heartbeatAt = now
    for index in streams.indices {
      streams[index].begin(
        at: now, session: session, epochSecond: Self.epochSecond + UInt32(clamping: passed),
        serial: serial)
    }
    legacy?.begin(at: now)
  }

  func reboot(at now: HostTime, _ send: (Made) -> Void) {
    for index in streams.indices {
      if let batch = streams[index].cut(at: now) { send(made(batch, index)) }
    }
    bootsUntil = now.advanced(by: Self.bootTime)
    session = UInt32(truncatingIfNeeded: random.next())
  }

  /// True when a restart is over at this moment.
  func endsBoot(at now: HostTime) -> Bool {
    guard let end = bootsUntil, end <= now else { return false }
    bootsUntil = nil
    return true
  }

  /// The heartbeat that is due.
  func heartbeat(at now: HostTime) -> TioPacket? {
    guard !isBooting, heartbeatAt <= now else { return nil }
    heartbeatAt = now.advanced(by: Self.heartbeatPeriod)
    return TioPacket(
      type: TioPacket.Kind.heartbeat, payload: TioBytes.u32(session), route: route)
  }

  /// Packets of samples that are due, and of new segments.
  func emit(at now: HostTime, _ send: (Made) -> Void, _ tell: (TioPacket) -> Void) {
    guard !isBooting else { return }
    for index in streams.indices where streams[index].nextPacket <= now {
      if let batch = streams[index].fill() { send(made(batch, index)) }
      if streams[index].rollOver(), announcesSegments {
        var packet = TioMetadata.segment(streams[index].segment).packet(flags: 2)
        packet.route = route
        tell(packet)
      }
    }
    while let next = legacy?.nextPacket, next <= now, let batch = legacy?.make() {
      let packet = TioPacket(type: TioPacket.Kind.dataBase, payload: batch.payload, route: route)
      send(Made(packet: packet, stream: nil, firstRow: batch.row, rowCount: 1))
    }
  }

  /// The descriptions of the older dialect, if they were asked for.
  func takeDescriptions() -> [TioPacket] {
    guard describesSoon, let legacy else { return [] }
    describesSoon = false
    return legacy.descriptions.map { TioPacket(type: $0.type, payload: $0.payload, route: route) }
  }

  func withhold(_ made: Made) {
    if let stream = made.stream {
      streams[stream].withhold(from: made.firstRow, count: made.rowCount)
    } else {
      legacy?.withhold(made.firstRow)
    }
  }

  private func made(_ batch: VirtualTioStream.Batch, _ index: Int) -> Made {
    var packet = batch.packet
    packet.route = route
    return Made(
      packet: packet, stream: index, firstRow: batch.firstRow, rowCount: batch.rowCount)
  }
}
