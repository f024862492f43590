/// Makes the packets that a link's events would have been on a wire.
///
/// The addresses are those set aside for documentation (RFC 5737): the capture says nothing about
/// the lab's network. Each opening has a port of its own at the gateway's end, as real ones do.
struct TCPConversation {
  private static let gatewayAddress: UInt32 = 0xC000_0201
  private static let firstPort: UInt32 = 49_152
  /// The gateway acknowledges alone after so many bytes.
  private static let mostUnacknowledged = 1 << 20

  private var gateway: TCPSegment.End
  private let device: TCPSegment.End
  private var openings: UInt32 = 0
  private var gatewayNext: UInt32 = 0
  private var deviceNext: UInt32 = 0
  private var unacknowledged = 0

  /// - Parameter place: the interface's number in its file, for an address of its own.
  init(port: UInt16, place: Int) {
    gateway = .init(address: Self.gatewayAddress, port: 0)
    device = .init(address: Self.gatewayAddress + 1 + UInt32(place % 250), port: port)
  }

  mutating func packets(for event: CaptureEvent) -> [[UInt8]] {
    switch event {
    case .opened: greet()
    case .received(let bytes): parts(of: bytes).flatMap { fromDevice($0) }
    case .sent(let bytes): parts(of: bytes).map { fromGateway(TCPSegment.push, $0) }
    case .lost: part(fromDeviceFirst: true)
    case .closed: part(fromDeviceFirst: false)
    }
  }

  /// One side breaks the connection off.
  mutating func reset(byDevice: Bool) -> [[UInt8]] {
    [byDevice ? fromDevice(TCPSegment.reset) : fromGateway(TCPSegment.reset)]
  }

  private mutating func greet() -> [[UInt8]] {
    gateway.port = UInt16(Self.firstPort + openings % 16_000)
    openings += 1
    gatewayNext = openings << 8
    deviceNext = openings << 8
    unacknowledged = 0
    return [
      segment(gateway, device, gatewayNext, 0, TCPSegment.syn),
      fromDevice(TCPSegment.syn, after: { $0.gatewayNext += 1 }),
      fromGateway(0),
    ]
  }

  private mutating func part(fromDeviceFirst: Bool) -> [[UInt8]] {
    if fromDeviceFirst {
      return [fromDevice(TCPSegment.fin), fromGateway(TCPSegment.fin), fromDevice(0)]
    }
    return [fromGateway(TCPSegment.fin), fromDevice(TCPSegment.fin), fromGateway(0)]
  }

  private mutating func fromDevice(_ part: [UInt8]) -> [[UInt8]] {
    var packets = [fromDevice(TCPSegment.push, part)]
    unacknowledged += part.count
    if unacknowledged >= Self.mostUnacknowledged {
      packets.append(fromGateway(0))
      unacknowledged = 0
    }
    return packets
  }

  private mutating func fromDevice(
    _ flags: UInt8, _ payload: [UInt8] = [], after step: (inout Self) -> Void = { _ in }
  ) -> [UInt8] {
    step(&self)
    let packet = segment(
      device, gateway, deviceNext, gatewayNext, flags | TCPSegment.acknowledge, payload)
    deviceNext &+= UInt32(payload.count) + Self.ownPlace(of: flags)
    return packet
  }

  private mutating func fromGateway(_ flags: UInt8, _ payload: [UInt8] = []) -> [UInt8] {
    let packet = segment(
      gateway, device, gatewayNext, deviceNext, flags | TCPSegment.acknowledge, payload)
    gatewayNext &+= UInt32(payload.count) + Self.ownPlace(of: flags)
    return packet
  }

  private func segment(
    _ source: TCPSegment.End, _ destination: TCPSegment.End, _ sequence: UInt32,
    _ acknowledged: UInt32, _ flags: UInt8, _ payload: [UInt8] = []
  ) -> [UInt8] {
    TCPSegment(
      source: source, destination: destination, sequence: sequence, acknowledged: acknowledged,
      flags: flags, payload: payload
    ).encoded()
  }

  /// SYN and FIN take one place in the sequence.
  private static func ownPlace(of flags: UInt8) -> UInt32 {
    flags & (TCPSegment.syn | TCPSegment.fin) != 0 ? 1 : 0
  }

  private func parts(of bytes: [UInt8]) -> [[UInt8]] {
    stride(from: 0, to: bytes.count, by: TCPSegment.mostPayload).map {
      Array(bytes[$0..<min($0 + TCPSegment.mostPayload, bytes.count)])
    }
  }
}
