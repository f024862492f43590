internal import FluxgateSignal
internal import FluxgateTransport
internal import Synchronization

/// The device's end of a line that a gateway can open.
protocol DeviceLine: AnyObject {
  /// Makes the line appear; it can be opened from now on.
  func plugIn() throws(TransportError)
  /// Makes it vanish under whoever has it open.
  func pullOut()
  /// Looks whether a gateway has the line open, and lets a new one in.
  func hasGateway() -> Bool
  /// Bytes from the gateway, waiting at most until `deadline`; throws when it went away.
  func read(into buffer: inout [UInt8], until deadline: HostTime) throws(TransportError) -> Int
  /// How many bytes from `start` on the line took at once.
  func write(_ bytes: [UInt8], from start: Int) throws(TransportError) -> Int
  /// Forgets the gateway that is gone.
  func hangUp()
  /// The rate that the gateway gave the line; nil where lines have none.
  var rate: UInt32? { get }
}

extension DeviceLine {
  var rate: UInt32? { nil }
}

/// Runs a virtual device in real time behind a line, on a thread of its own.
@safe final class LineHost: Sendable {
  /// Longest wait, so that a stop is noticed.
  private static let longestWait = Int64.milliseconds(10)
  /// Bytes that wait for a gateway which does not read; beyond it the device loses its output.
  private static let mostWaiting = 8 << 20

  // SAFETY: these belong to the host's thread from `start` until it was joined in `stop`.
  private nonisolated(unsafe) let device: any VirtualDevice
  private nonisolated(unsafe) let line: any DeviceLine
  private nonisolated(unsafe) var waiting: [UInt8] = []
  private nonisolated(unsafe) var sent = 0
  private nonisolated(unsafe) var isPlugged = false
  private nonisolated(unsafe) var isConnected = false
  private nonisolated(unsafe) var buffer = [UInt8](repeating: 0, count: 1 << 16)
  private nonisolated(unsafe) var thread: WorkerThread?

  private let stopping = Atomic<Bool>(false)
  private let lost = Atomic<Int>(0)

  init(device: any VirtualDevice, line: any DeviceLine) {
    unsafe self.device = device
    unsafe self.line = line
  }

  /// Output that no gateway took in time; zero in a sound run.
  var bytesLost: Int { lost.load(ordering: .relaxed) }

  /// Makes the line appear and starts the device. Once in a host's life.
  func start(name: String) throws(TransportError) {
    precondition(unsafe thread == nil, "started twice")
    try unsafe line.plugIn()
    unsafe isPlugged = true
    unsafe thread = WorkerThread(name) { self.run() }
  }

  /// Ends the thread and takes the line away. May be called again.
  func stop() {
    guard let running = unsafe thread else { return }
    stopping.store(true, ordering: .releasing)
    running.join()
  }

  /// What the device made; only once stopped.
  var truth: [TruthStream] {
    precondition(unsafe thread?.hasEnded ?? true, "the device still runs")
    return unsafe device.truth
  }

  private func run() {
    while !stopping.load(ordering: .acquiring) {
      let now = HostClock.now
      unsafe device.advance(to: now)
      followPlug(now)
      if unsafe isPlugged { followGateway(now) }
      takeOutput()
      turn()
    }
    disconnect(HostClock.now)
    unsafe line.pullOut()
  }

  private func followPlug(_ now: HostTime) {
    guard unsafe device.isPlugged != isPlugged else { return }
    if unsafe isPlugged {
      unsafe line.pullOut()
      disconnect(now)
      unsafe isPlugged = false
    } else {
      // A name that cannot be had at once (a port still closing) is tried again at the next turn.
      unsafe isPlugged = (try? line.plugIn()) != nil
    }
  }

  private func followGateway(_ now: HostTime) {
    let found = unsafe line.hasGateway()
    if found, unsafe !isConnected {
      unsafe isConnected = true
      unsafe device.connected(at: now)
    } else if !found {
      disconnect(now)
    }
  }

  private func disconnect(_ now: HostTime) {
    guard unsafe isConnected else { return }
    unsafe isConnected = false
    unsafe waiting.removeAll()
    unsafe sent = 0
    unsafe line.hangUp()
    unsafe device.disconnected(at: now)
  }

  /// What a device says while nobody has the line open reaches nobody.
  private func takeOutput() {
    let output = unsafe device.takeOutput()
    guard unsafe isConnected else { return }
    guard unsafe waiting.count - sent + output.count <= Self.mostWaiting else {
      lost.wrappingAdd(output.count, ordering: .relaxed)
      return
    }
    unsafe waiting.append(contentsOf: output)
  }

  /// Sends what the line takes, then waits for bytes until the device has something to do.
  private func turn() {
    let limit = HostClock.now.advanced(by: Self.longestWait)
    var deadline = unsafe min(limit, device.nextWake)
    guard unsafe isConnected else { return rest(until: deadline) }
    do throws(TransportError) {
      try sendSome()
      if unsafe !waiting.isEmpty {
        deadline = min(deadline, HostClock.now.advanced(by: .milliseconds(1)))
      }
      let count = try unsafe line.read(into: &buffer, until: deadline)
      if let rate = unsafe line.rate { unsafe device.lineRate(is: rate) }
      if count > 0 { unsafe device.receive(Array(buffer[0..<count]), at: HostClock.now) }
    } catch {
      disconnect(HostClock.now)
    }
  }

  private func sendSome() throws(TransportError) {
    guard unsafe sent < waiting.count else { return }
    unsafe sent += try line.write(waiting, from: sent)
    if unsafe sent == waiting.count {
      unsafe waiting.removeAll(keepingCapacity: true)
      unsafe sent = 0
    } else if unsafe sent > Self.mostWaiting / 4 {
      unsafe waiting.removeFirst(sent)
      unsafe sent = 0
    }
  }

  private func rest(until deadline: HostTime) {
    let soon = HostClock.now.advanced(by: .milliseconds(2))
    WorkerThread.sleep(max(0, min(deadline, soon).since(HostClock.now)))
  }
}
