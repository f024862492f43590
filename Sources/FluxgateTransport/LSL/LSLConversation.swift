/// Makes the packets that a stream's envelopes were on the network: the connection of the
/// description, then that of the samples, and the datagrams of the time service.
///
/// An orderly end by the stream (FIN) closes its description; a link that was lost is written as the
/// stream's reset (RST), one that the gateway broke off as the gateway's. A capture's end is the
/// gateway's FIN.
struct LSLConversation {
  /// IPv4 in the registry of link types: tells it from a single TCP connection (raw IP).
  static let linkType: UInt16 = 228
  static let port: UInt16 = 16_572

  private var connection: TCPConversation
  private var isConnected = false
  private var received = LSLEnvelopeReader()
  private var sent = LSLEnvelopeReader()
  private let gateway = IPv4Header.End(address: 0xC000_0201, port: 49_151)
  private let device: IPv4Header.End

  init(place: Int) {
    connection = TCPConversation(port: Self.port, place: place)
    device = .init(address: gateway.address + 1 + UInt32(place % 250), port: Self.port)
  }

  mutating func packets(for event: CaptureEvent) -> [[UInt8]] {
    switch event {
    case .opened: begin() + connect()
    case .received(let bytes): received.take(bytes).flatMap { fromDevice($0.kind, $0.payload) }
    case .sent(let bytes): sent.take(bytes).flatMap { fromGateway($0.kind, $0.payload) }
    case .lost: end { $0.reset(byDevice: true) }
    case .closed: end { $0.packets(for: .closed) }
    }
  }

  private mutating func begin() -> [[UInt8]] {
    received = LSLEnvelopeReader()
    sent = LSLEnvelopeReader()
    isConnected = false
    return []
  }

  private mutating func connect() -> [[UInt8]] {
    guard !isConnected else { return [] }
    isConnected = true
    return connection.packets(for: .opened)
  }

  private mutating func end(_ close: (inout TCPConversation) -> [[UInt8]]) -> [[UInt8]] {
    let packets = connect() + close(&connection)
    isConnected = false
    return packets
  }

  private mutating func fromDevice(
    _ kind: LSLEnvelope.Kind, _ payload: [UInt8]
  ) -> [[UInt8]] {
    switch kind {
    case .info, .feed: return connect() + connection.packets(for: .received(payload))
    case .infoEnd: return end { $0.packets(for: .lost) }
    case .datagram:
      return [UDPDatagram(source: device, destination: gateway, payload: payload).encoded()]
    case .hangUp: return []
    }
  }

  private mutating func fromGateway(
    _ kind: LSLEnvelope.Kind, _ payload: [UInt8]
  ) -> [[UInt8]] {
    switch kind {
    case .info, .feed: return connect() + connection.packets(for: .sent(payload))
    case .infoEnd: return []
    case .datagram:
      return [UDPDatagram(source: gateway, destination: device, payload: payload).encoded()]
    case .hangUp: return end { $0.reset(byDevice: false) }
    }
  }
}

/// Reads those packets back into what passed over the link.
struct LSLObserver {
  private enum Phase { case down, info, feed }

  private var connection = TCPObserver()
  private var phase = Phase.down
  private var gateway: IPv4Header.End?

  mutating func events(of packet: [UInt8]) throws(CaptureFault) -> [CaptureEvent] {
    if let datagram = try UDPDatagram.decode(packet) { return events(of: datagram) }
    guard let segment = try TCPSegment.decode(packet) else { return [] }
    if segment.has(TCPSegment.syn), !segment.has(TCPSegment.acknowledge) {
      gateway = segment.source
    }
    let isReset = segment.has(TCPSegment.reset)
    return try connection.events(of: packet).compactMap { translate($0, isReset: isReset) }
  }

  private mutating func translate(_ event: CaptureEvent, isReset: Bool) -> CaptureEvent? {
    switch event {
    case .opened:
      let isFirst = phase == .down
      phase = isFirst ? .info : .feed
      return isFirst ? .opened : nil
    case .received(let bytes): return .received(LSLEnvelope.encode(kind, bytes))
    case .sent(let bytes): return .sent(LSLEnvelope.encode(kind, bytes))
    case .lost:
      if !isReset, phase == .info { return .received(LSLEnvelope.encode(.infoEnd)) }
      phase = .down
      return .lost
    case .closed:
      if isReset { return .sent(LSLEnvelope.encode(.hangUp)) }
      phase = .down
      return .closed
    }
  }

  private var kind: LSLEnvelope.Kind { phase == .feed ? .feed : .info }

  private func events(of datagram: UDPDatagram) -> [CaptureEvent] {
    guard phase != .down, let gateway else { return [] }
    let envelope = LSLEnvelope.encode(.datagram, datagram.payload)
    return datagram.source.address == gateway.address
      ? [.sent(envelope)] : [.received(envelope)]
  }
}
