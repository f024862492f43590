internal import CLinux
public import FluxgateSignal
internal import Glibc

/// One stream of the Lab Streaming Layer as one link: what comes and goes is in ``LSLEnvelope``s.
///
/// Opening finds the stream by asking the network and connects to it. A first word of kind `feed`
/// opens the connection of the samples; the link lives as long as that connection. Opening anew
/// finds the stream anew: after a restart it has other ports and another uid.
public final class LSLTransport: Transport {
  public let name: String
  private let found: LSLDiscovery.Found
  private let service: DatagramSocket
  private var line: LineDescriptor?
  private var isFeed = false
  private var envelopes = LSLEnvelopeReader()
  private var scratch = [UInt8](repeating: 0, count: LSLEnvelope.mostPayload)
  private var isDown = false

  private static let connectTime = Int64.seconds(2)

  /// - Throws: `cannotOpen` with ENODEV when no stream answers, `severalStreams` when more fit.
  public init(_ selection: LSLSelection, name: String) throws(TransportError) {
    let all = try LSLDiscovery.find(selection)
    guard let first = all.first else { throw .cannotOpen(name: name, errno: ENODEV) }
    guard all.count == 1 else { throw .severalStreams(all.map(\.text).sorted()) }
    self.name = name
    found = first
    service = try DatagramSocket()
    try connect()
  }

  public var now: HostTime { HostClock.now }

  public func read(
    into buffer: inout [UInt8], until deadline: HostTime
  ) throws(TransportError) -> Arrival {
    precondition(buffer.count >= scratch.count + LSLEnvelope.headerSize)
    while true {
      guard !isDown else { throw .disconnected(errno: 0) }
      let left = max(0, deadline.since(now))
      let ready = fg_wait_either(line?.number ?? -1, service.number, min(left, .seconds(3600)))
      if ready < 0, errno != EINTR { throw .system(errno: errno) }
      if ready & 2 != 0, let arrival = takeDatagram(into: &buffer) { return arrival }
      if ready & 1 != 0 { return try takeStream(into: &buffer) }
      if now >= deadline { return Arrival(byteCount: 0, time: now) }
    }
  }

  public func write(_ bytes: [UInt8]) throws(TransportError) {
    for (kind, payload) in envelopes.take(bytes) {
      switch kind {
      case .info: try send(payload, asFeed: false)
      case .feed: try send(payload, asFeed: true)
      case .datagram: service.send(payload, to: found.address, found.info.servicePort)
      case .hangUp:
        line = nil
        isDown = true
      case .infoEnd: break
      }
    }
  }

  // MARK: - TCP

  private func connect() throws(TransportError) {
    let deadline = now.advanced(by: Self.connectTime)
    let addresses = SocketAddress.find(host: found.host, port: found.info.dataPort)
    guard let address = addresses.first else { throw .cannotOpen(name: name, errno: EHOSTUNREACH) }
    switch address.connected(until: deadline) {
    case .success(let number): line = LineDescriptor(owning: number, isSocket: true)
    case .failure(let failure): throw .cannotOpen(name: name, errno: failure.code)
    }
  }

  private func send(_ bytes: [UInt8], asFeed: Bool) throws(TransportError) {
    guard !isDown else { throw .disconnected(errno: 0) }
    do throws(TransportError) {
      if line == nil || isFeed != asFeed {
        line = nil
        try connect()
        isFeed = asFeed
      }
      try line?.write(bytes)
    } catch .cannotOpen(_, let code) {
      // A stream that ended between its description and its samples: found anew by the next opening.
      isDown = true
      throw .disconnected(errno: code)
    } catch {
      isDown = true
      throw error
    }
  }

  private func takeStream(into buffer: inout [UInt8]) throws(TransportError) -> Arrival {
    do throws(TransportError) {
      guard let arrival = try line?.read(into: &scratch, until: now) else {
        throw .disconnected(errno: 0)
      }
      guard arrival.byteCount > 0 else { return arrival }
      return pack(isFeed ? .feed : .info, arrival.byteCount, at: arrival.time, into: &buffer)
    } catch {
      line = nil
      if !isFeed, error == .disconnected(errno: 0) {
        return pack(.infoEnd, 0, at: now, into: &buffer)
      }
      isDown = true
      throw error
    }
  }

  // MARK: - UDP

  /// - Returns: nil for a datagram of another sender, or for none.
  private func takeDatagram(into buffer: inout [UInt8]) -> Arrival? {
    guard let arrival = service.receive(into: &scratch), arrival.address == found.address,
      arrival.port == found.info.servicePort
    else { return nil }
    return pack(.datagram, arrival.byteCount, at: now, into: &buffer)
  }

  private func pack(
    _ kind: LSLEnvelope.Kind, _ count: Int, at time: HostTime, into buffer: inout [UInt8]
  ) -> Arrival {
    buffer[0] = kind.rawValue
    buffer[1] = UInt8(truncatingIfNeeded: count)
    buffer[2] = UInt8(truncatingIfNeeded: count >> 8)
    let start = LSLEnvelope.headerSize
    buffer.replaceSubrange(start..<start + count, with: scratch[0..<count])
    return Arrival(byteCount: start + count, time: time)
  }
}
