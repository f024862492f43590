/// Makes the packets that a link of datagrams would have been on a wire.
///
/// UDP has no opening and no end: an empty datagram from the gateway's new port stands for the
/// opening, another for the gateway's end, and one from the device for the loss of the link. The
/// addresses are those set aside for documentation (RFC 5737).
struct UDPConversation {
  private static let gatewayAddress: UInt32 = 0xC000_0201
  private static let firstPort: UInt32 = 49_152

  private var gateway: UDPDatagram.End
  private let device: UDPDatagram.End
  private var openings: UInt32 = 0

  /// - Parameter place: the interface's number in its file, for an address of its own.
  init(port: UInt16, place: Int) {
    gateway = .init(address: Self.gatewayAddress, port: 0)
    device = .init(address: Self.gatewayAddress + 1 + UInt32(place % 250), port: port)
  }

  mutating func packets(for event: CaptureEvent) -> [[UInt8]] {
    switch event {
    case .opened:
      gateway.port = UInt16(Self.firstPort + openings % 16_000)
      openings += 1
      return [packet(from: gateway, to: device, [])]
    case .received(let bytes): return parts(of: bytes).map { packet(from: device, to: gateway, $0) }
    case .sent(let bytes): return parts(of: bytes).map { packet(from: gateway, to: device, $0) }
    case .lost: return [packet(from: device, to: gateway, [])]
    case .closed: return [packet(from: gateway, to: device, [])]
    }
  }

  private func packet(
    from source: UDPDatagram.End, to destination: UDPDatagram.End, _ payload: [UInt8]
  ) -> [UInt8] {
    UDPDatagram(source: source, destination: destination, payload: payload).encoded()
  }

  private func parts(of bytes: [UInt8]) -> [[UInt8]] {
    stride(from: 0, to: bytes.count, by: UDPDatagram.mostPayload).map {
      Array(bytes[$0..<min($0 + UDPDatagram.mostPayload, bytes.count)])
    }
  }
}

/// Reads captured datagrams back, our own (``UDPConversation``) or another program's.
///
/// Whoever speaks first is the gateway. In another program's capture nothing is empty: there the
/// first datagram opens the link, and one from a new port of the gateway opens it anew.
struct UDPObserver {
  private var gateway: UDPDatagram.End?
  private var device: UDPDatagram.End?
  private var isUp = false

  mutating func events(of packet: [UInt8]) throws(CaptureFault) -> [CaptureEvent] {
    guard let datagram = try UDPDatagram.decode(packet) else { return [] }
    if gateway == nil {
      gateway = datagram.source
      device = datagram.destination
    }
    if datagram.source == device, datagram.destination == gateway {
      return fromDevice(datagram.payload)
    }
    guard datagram.destination == device, datagram.source.address == gateway?.address else {
      return []
    }
    return fromGateway(datagram)
  }

  private mutating func fromDevice(_ payload: [UInt8]) -> [CaptureEvent] {
    guard payload.isEmpty else { return isUp ? [.received(payload)] : [] }
    defer { isUp = false }
    return isUp ? [.lost] : []
  }

  private mutating func fromGateway(_ datagram: UDPDatagram) -> [CaptureEvent] {
    var events: [CaptureEvent] = []
    if datagram.source != gateway {
      if isUp { events.append(.lost) }
      gateway = datagram.source
      isUp = false
    }
    if !isUp {
      isUp = true
      return events + [.opened] + (datagram.payload.isEmpty ? [] : [.sent(datagram.payload)])
    }
    guard datagram.payload.isEmpty else { return events + [.sent(datagram.payload)] }
    isUp = false
    return events + [.closed]
  }
}
