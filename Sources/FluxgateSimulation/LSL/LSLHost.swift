internal import CLinux
internal import FluxgateSignal
public import FluxgateTransport
internal import Glibc
internal import Synchronization

/// A virtual outlet on this machine's loopback (127.0.0.1), in real time: discovery, description,
/// feed and time service, for our own and others' receivers. It joins no multicast group.
public final class LSLHost: Sendable {
  private let loop: LSLHostLoop
  private let place: String

  /// - Parameter outlet: belongs to the host from here on.
  public init(outlet: VirtualLSLOutlet) {
    place = "name=\(outlet.settings.name)@127.0.0.1"
    loop = LSLHostLoop(outlet)
  }

  deinit { loop.stop() }

  public func start() throws(TransportError) { try loop.start() }
  public func stop() { loop.stop() }

  /// The port of data and service, once started.
  public var port: UInt16 { loop.port }
  /// What to give behind the profile on the command line.
  public var link: String { place }
  /// What the outlet made; only once stopped.
  public var truth: [TruthStream] { loop.truth }
  /// Bytes of feeds that went away before they were sent.
  public var bytesLost: Int { loop.bytesLost }
}

@safe final class LSLHostLoop: Sendable {
  private static let loopback: UInt32 = 0x7F00_0001
  private static let discoveryPort: UInt16 = 16_571
  private static let ports: ClosedRange<UInt16> = 16_572...16_603
  private static let longestWait = Int64.milliseconds(1)
  private static let mostClients = 16

  // SAFETY: these belong to the loop's thread from `start` until it was joined in `stop`.
  private nonisolated(unsafe) let outlet: VirtualLSLOutlet
  private nonisolated(unsafe) var service: DatagramSocket?
  private nonisolated(unsafe) var discovery: DatagramSocket?
  private nonisolated(unsafe) var listener: LineDescriptor?
  private nonisolated(unsafe) var clients: [LSLHostClient] = []
  private nonisolated(unsafe) var buffer = [UInt8](repeating: 0, count: 1 << 16)
  private nonisolated(unsafe) var envelopes = LSLEnvelopeReader()
  private nonisolated(unsafe) var thread: WorkerThread?

  private let stopping = Atomic<Bool>(false)
  private let lost = Atomic<Int>(0)
  private let portNumber = Atomic<UInt16>(0)

  init(_ outlet: VirtualLSLOutlet) { unsafe self.outlet = outlet }

  var port: UInt16 { portNumber.load(ordering: .acquiring) }
  var bytesLost: Int { lost.load(ordering: .relaxed) }

  var truth: [TruthStream] {
    precondition(unsafe thread?.hasEnded ?? true, "the outlet still runs")
    return unsafe outlet.truth
  }

  func start() throws(TransportError) {
    precondition(unsafe thread == nil, "started twice")
    try bind()
    unsafe outlet.port = port
    unsafe outlet.connected(at: HostClock.now)
    unsafe thread = WorkerThread("lsl-host") { self.run() }
  }

  func stop() {
    guard let running = unsafe thread else { return }
    stopping.store(true, ordering: .releasing)
    running.join()
  }

  /// The first of the protocol's ports that is free for both data and service.
  private func bind() throws(TransportError) {
    for port in Self.ports {
      guard let datagrams = try? DatagramSocket(address: Self.loopback, port: port),
        let stream = Self.listen(on: port)
      else { continue }
      unsafe service = .some(datagrams)
      unsafe listener = .some(LineDescriptor(owning: stream, isSocket: true))
      portNumber.store(port, ordering: .releasing)
      // Another outlet may have the port for itself: then only the service port answers.
      unsafe discovery = try? DatagramSocket(
        address: Self.loopback, port: Self.discoveryPort, shares: true)
      return
    }
    throw .cannotOpen(name: "127.0.0.1:16572", errno: EADDRINUSE)
  }

  private static func listen(on port: UInt16) -> Int32? {
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    let number = socket(AF_INET, kind, 0)
    guard number >= 0 else { return nil }
    TCPLine.set(number, SOL_SOCKET, SO_REUSEADDR)
    if Loopback.bind(number, port), Glibc.listen(number, 8) == 0 { return number }
    _ = close(number)
    return nil
  }

  private func run() {
    while !stopping.load(ordering: .acquiring) {
      let now = HostClock.now
      unsafe outlet.advance(to: now)
      route(nil)
      if unsafe outlet.isPlugged { serve(now) } else { hangUpAll() }
      let deadline = now.advanced(by: Self.longestWait)
      _ = unsafe service?.wait(until: min(deadline, outlet.nextWake))
    }
    hangUpAll()
  }

  private func serve(_ now: HostTime) {
    while let arrival = unsafe service?.receive(into: &buffer) { answer(arrival, now) }
    while let arrival = unsafe discovery?.receive(into: &buffer) { answer(arrival, now) }
    accept()
    for client in unsafe clients { follow(client, now) }
    unsafe clients.removeAll { $0.isDone }
  }

  // MARK: - UDP

  private func answer(_ arrival: DatagramSocket.Received, _ now: HostTime) {
    let bytes = unsafe Array(buffer[0..<arrival.byteCount])
    if let (port, text) = unsafe outlet.shortInfo(for: bytes) {
      unsafe service?.send(text, to: arrival.address, port)
      return
    }
    unsafe outlet.receive(LSLEnvelope.encode(.datagram, bytes), at: HostClock.now)
    route(arrival)
  }

  // MARK: - TCP

  private func accept() {
    guard let listening = unsafe listener?.number else { return }
    while unsafe clients.count < Self.mostClients {
      let number = fg_accept(listening, Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue))
      guard number >= 0 else { return }
      TCPLine.set(number, Int32(IPPROTO_TCP), TCP_NODELAY)
      unsafe clients.append(LSLHostClient(number))
    }
  }

  private func follow(_ client: LSLHostClient, _ now: HostTime) {
    guard let request = unsafe client.turn(&buffer) else {
      if client.isDone, client.isFeed { end(client) }
      return
    }
    if request.starts(with: Array("LSL:streamfeed".utf8)) {
      for other in unsafe clients where other.isFeed { other.isDone = true }
      client.isFeed = true
      unsafe outlet.receive(LSLEnvelope.encode(.feed, request), at: now)
      route(nil)
    } else if request.starts(with: Array("LSL:fullinfo".utf8)) {
      client.send(unsafe outlet.text.fullInfo)
      client.closesWhenSent = true
    } else {
      client.send(unsafe outlet.text.shortInfo)
      client.closesWhenSent = true
    }
  }

  private func end(_ client: LSLHostClient) {
    lost.wrappingAdd(client.waitingCount, ordering: .relaxed)
    unsafe outlet.endFeed()
  }

  private func hangUpAll() { unsafe clients.removeAll() }

  /// Takes the outlet's words to whom they are for.
  private func route(_ asker: DatagramSocket.Received?) {
    for (kind, payload) in unsafe envelopes.take(outlet.takeOutput()) {
      switch kind {
      case .feed: for client in unsafe clients where client.isFeed { client.send(payload) }
      case .datagram:
        guard let asker else { continue }
        unsafe service?.send(payload, to: asker.address, asker.port)
      case .info, .infoEnd, .hangUp: break
      }
    }
  }
}

/// One connection to a hosted outlet: a request, then what is sent to it.
final class LSLHostClient {
  private static let longestRequest = 8192
  private static let mostWaiting = 8 << 20

  private let line: LineBox
  private var request: [UInt8]? = []
  private var waiting: [UInt8] = []
  var isFeed = false
  var isDone = false
  var closesWhenSent = false

  /// A class around the descriptor, as arrays hold only what can be copied.
  private final class LineBox {
    let line: LineDescriptor
    init(_ number: Int32) { line = LineDescriptor(owning: number, isSocket: true) }
  }

  init(_ number: Int32) { line = LineBox(number) }

  var waitingCount: Int { waiting.count }

  /// Bytes for the peer; one that reads nothing is given up.
  func send(_ bytes: [UInt8]) {
    waiting += bytes
    if waiting.count > Self.mostWaiting { isDone = true }
  }

  /// Sends and reads what is possible at once.
  ///
  /// - Returns: the request, once it is whole.
  func turn(_ buffer: inout [UInt8]) -> [UInt8]? {
    do throws(TransportError) {
      if !waiting.isEmpty { waiting.removeFirst(try line.line.writeSome(waiting, from: 0)) }
      if waiting.isEmpty, closesWhenSent { isDone = true }
      let arrival = try line.line.read(into: &buffer, until: HostTime(nanoseconds: 0))
      guard arrival.byteCount > 0, request != nil else { return nil }
      request? += buffer[0..<arrival.byteCount]
      return takeRequest()
    } catch {
      isDone = true
      return nil
    }
  }

  /// A feed's request ends with an empty line, the others with their first or second line.
  private func takeRequest() -> [UInt8]? {
    guard let bytes = request else { return nil }
    if bytes.count > Self.longestRequest { isDone = true }
    let isFeedRequest = bytes.starts(with: Array("LSL:streamfeed".utf8))
    let mark: [UInt8] = isFeedRequest ? [13, 10, 13, 10] : [13, 10]
    guard bytes.count > 4, bytes.suffix(mark.count).elementsEqual(mark) else { return nil }
    request = nil
    return bytes
  }
}
