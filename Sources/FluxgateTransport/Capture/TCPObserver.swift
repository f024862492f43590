/// Reads a captured conversation back: who opened it, what each side said, how it ended.
///
/// The first SYN tells which end is the device. Segments sent twice count once; a hole in the
/// sequence is refused, as bytes are missing from the capture.
struct TCPObserver {
  private var gateway: TCPSegment.End?
  private var device: TCPSegment.End?
  private var gatewayNext: UInt32 = 0
  private var deviceNext: UInt32 = 0
  private var isUp = false

  mutating func events(of packet: [UInt8]) throws(CaptureFault) -> [CaptureEvent] {
    guard let segment = try TCPSegment.decode(packet) else { return [] }
    if segment.has(TCPSegment.syn), !segment.has(TCPSegment.acknowledge) {
      return begin(segment)
    }
    guard let gateway, let device else {
      if segment.payload.isEmpty { return [] }
      throw .badPacket
    }
    if segment.source == device, segment.destination == gateway { return try fromDevice(segment) }
    if segment.source == gateway, segment.destination == device { return try fromGateway(segment) }
    return []
  }

  /// A new opening while the last one never ended: its end was not seen, so it was lost.
  private mutating func begin(_ segment: TCPSegment) -> [CaptureEvent] {
    if let device, device != segment.destination { return [] }
    let wasUp = isUp && gateway != segment.source
    device = segment.destination
    gateway = segment.source
    gatewayNext = segment.sequence &+ 1
    if wasUp { isUp = false }
    return wasUp ? [.lost] : []
  }

  private mutating func fromDevice(_ segment: TCPSegment) throws(CaptureFault) -> [CaptureEvent] {
    if segment.has(TCPSegment.syn) {
      guard !isUp else { return [] }
      isUp = true
      deviceNext = segment.sequence &+ 1
      return [.opened]
    }
    guard isUp else { return [] }
    let fresh = try Self.fresh(segment, &deviceNext)
    var events: [CaptureEvent] = fresh.isEmpty ? [] : [.received(fresh)]
    if segment.has(TCPSegment.fin | TCPSegment.reset) {
      isUp = false
      events.append(.lost)
    }
    return events
  }

  private mutating func fromGateway(_ segment: TCPSegment) throws(CaptureFault) -> [CaptureEvent] {
    guard isUp else { return [] }
    let fresh = try Self.fresh(segment, &gatewayNext)
    var events: [CaptureEvent] = fresh.isEmpty ? [] : [.sent(fresh)]
    if segment.has(TCPSegment.fin | TCPSegment.reset) {
      isUp = false
      events.append(.closed)
    }
    return events
  }

  /// The part of the payload not seen before; moves `next` behind it.
  private static func fresh(
    _ segment: TCPSegment, _ next: inout UInt32
  ) throws(CaptureFault) -> [UInt8] {
    let ahead = Int(Int32(bitPattern: segment.sequence &- next))
    guard !segment.payload.isEmpty else { return [] }
    guard ahead <= 0 else { throw .badPacket }
    guard -ahead < segment.payload.count else { return [] }
    next = segment.sequence &+ UInt32(segment.payload.count)
    return Array(segment.payload[(-ahead)...])
  }
}
