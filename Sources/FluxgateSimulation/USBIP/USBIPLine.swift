internal import FluxgateSignal
internal import FluxgateTransport

/// A virtual device's cable as USB/IP: what the device says and hears goes through the transfers of
/// a client's kernel, which another line (TCP, a pair of sockets) carries.
final class USBIPLine: DeviceLine {
  private static let mostAtOnce = 1 << 18

  private let personality: USBPersonality
  private let carrier: any DeviceLine
  /// Whether a client first asks for the device, as over TCP.
  private let shakesHands: Bool
  /// Nanoseconds after the gateway's first word, when the input endpoint halts.
  private var halts: ArraySlice<Int64>
  private var firstWord: HostTime?
  /// What a client said before it had the device.
  private var early = ByteQueue()
  /// nil while no client has the device.
  private var port: USBIPPort?
  private var buffer = [UInt8](repeating: 0, count: 1 << 16)

  init(
    _ personality: USBPersonality, carrier: any DeviceLine, shakesHands: Bool, halts: [Int64]
  ) {
    self.personality = personality
    self.carrier = carrier
    self.shakesHands = shakesHands
    self.halts = halts.sorted()[...]
  }

  func plugIn() throws(TransportError) { try carrier.plugIn() }

  func pullOut() {
    carrier.pullOut()
    forgetClient()
  }

  /// Also does the client's work while no gateway is there: its kernel asks for descriptors first.
  func hasGateway() -> Bool {
    guard carrier.hasGateway() else {
      forgetClient()
      return false
    }
    if port == nil, !shakesHands { port = USBIPPort(personality.makeFunction()) }
    do throws(TransportError) {
      try serve(until: HostClock.now)
    } catch {
      return false
    }
    return port?.isOpen ?? false
  }

  func read(into buffer: inout [UInt8], until deadline: HostTime) throws(TransportError) -> Int {
    while true {
      guard let port, port.isOpen else { return 0 }
      let bytes = port.takeReceived(buffer.count)
      if !bytes.isEmpty {
        buffer.replaceSubrange(0..<bytes.count, with: bytes)
        return bytes.count
      }
      if HostClock.now >= deadline { return 0 }
      try serve(until: min(deadline, nextWake))
    }
  }

  func write(_ bytes: [UInt8], from start: Int) throws(TransportError) -> Int {
    guard let port else { throw .disconnected(errno: 0) }
    let taken = port.offer(bytes[start...], at: HostClock.now)
    try flush()
    return taken
  }

  func hangUp() { port?.forgetBytes() }

  private var nextWake: HostTime {
    guard let port else { return .distantFuture }
    let halt = halts.first.flatMap { after in firstWord.map { $0.advanced(by: after) } }
    let due = min(port.nextWake, halt ?? .distantFuture)
    // What the socket did not take is tried again soon.
    return port.outgoing.isEmpty ? due : min(due, HostClock.now.advanced(by: .milliseconds(1)))
  }

  /// Takes what the client's kernel sends, waiting for its first byte at most until `deadline`.
  private func serve(until deadline: HostTime) throws(TransportError) {
    do throws(TransportError) {
      try flush()
      let count = try carrier.read(into: &buffer, until: deadline)
      if count > 0 { try receive(buffer[0..<count]) }
      let now = HostClock.now
      haltIfDue(now)
      port?.advance(to: now)
      try flush()
    } catch {
      carrier.hangUp()
      forgetClient()
      throw error
    }
  }

  private func receive(_ bytes: ArraySlice<UInt8>) throws(TransportError) {
    do throws(USBIPFault) {
      if let port { return try port.receive(bytes, at: HostClock.now) }
      early.append(bytes)
      let function = personality.makeFunction()
      let outcome = try USBIPHandshake(descriptors: function.descriptors).answer(&early)
      if try begin(outcome, function) { return }
    } catch {
      // A client that speaks something else is hung up on below, as one that asked for a list.
    }
    throw .disconnected(errno: 0)
  }

  /// - Returns: false when the client has its answer and nothing follows.
  private func begin(
    _ outcome: USBIPHandshake.Outcome, _ function: any USBFunction
  ) throws(USBIPFault) -> Bool {
    switch outcome {
    case .waiting: return true
    case .answered(let bytes):
      // A few hundred bytes, which a fresh connection takes at once.
      _ = try? carrier.write(bytes, from: 0)
      return false
    case .imported(let bytes):
      let fresh = USBIPPort(function)
      fresh.outgoing.append(bytes)
      try fresh.receive(early.take(early.count), at: HostClock.now)
      port = .some(fresh)
      return true
    }
  }

  private func haltIfDue(_ now: HostTime) {
    guard let port else { return }
    if firstWord == nil, !port.received.isEmpty { firstWord = now }
    guard let after = halts.first, let firstWord, firstWord.advanced(by: after) <= now else {
      return
    }
    halts.removeFirst()
    port.haltInput()
  }

  private func flush() throws(TransportError) {
    while let port, !port.outgoing.isEmpty {
      let sent = try carrier.write(Array(port.outgoing.all.prefix(Self.mostAtOnce)), from: 0)
      if sent == 0 { return }
      port.outgoing.skip(sent)
    }
  }

  private func forgetClient() {
    port = nil
    early.removeAll()
  }
}
