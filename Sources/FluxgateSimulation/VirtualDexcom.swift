public import FluxgateSignal

/// A Dexcom receiver made of code, with a synthetic wearer and a synthetic identity.
///
/// It begins at its first connection, with `historyHours` of readings behind it, and makes a new one
/// every `readingInterval`. It only answers; the requests that change or erase a receiver are answered
/// with "invalid command". Encoders here share nothing with the driver's decoders, so that a mistake in
/// one of them cannot hide in the other.
public final class VirtualDexcom: VirtualDevice {
  static let reconnectTime = Int64.seconds(2)

  private let historyHours: Int
  private let readingInterval: Int64
  private let replyDelay: Int64
  private let loadedPages: [[UInt8]]
  private let faults: [InjectedFault]
  private var nextFault = 0
  private let incidents: [VirtualDexcomIncident]
  private var nextIncident = 0
  /// Pages that are given at once; a request for more is declined.
  private let mostPages: Int
  private var cutsNext = false
  private var cutAt = HostTime.distantFuture
  private var random: SeededRandom
  private var startedAt: HostTime?
  private var clock = HostTime(nanoseconds: 0)
  private var nextReading = HostTime.distantFuture
  private var pluggedAgain = HostTime.distantFuture
  private var silentUntil = HostTime(nanoseconds: 0)
  private var dropsNext = false
  private var corruptsNext = false
  private var input: [UInt8] = []
  private var underWay: [(due: HostTime, packet: [UInt8])] = []
  private var output: [UInt8] = []
  private(set) var memory: VirtualDexcomMemory
  public private(set) var isPlugged = true
  /// Every packet received, by its code: for tests that no forbidden one is ever sent.
  public private(set) var requestCounts: [UInt8: Int] = [:]

  /// - Parameters:
  ///   - readingInterval: nanoseconds from reading to reading; 300 s on a true receiver.
  ///   - replyDelay: nanoseconds from a request to its reply.
  ///   - mostPages: pages that are given at once; a request for more is declined.
  ///   - hidesPartitions: the receiver does not know the request for its partition table.
  ///   - brokenPages: pages whose stored header CRC is wrong, by record type.
  ///   - brokenRecords: record numbers whose stored CRC is wrong, by record type.
  public init(
    seed: UInt64, model: VirtualDexcomModel = .g4, historyHours: Int = 6,
    readingInterval: Int64 = .seconds(300), replyDelay: Int64 = 0, faults: [InjectedFault] = [],
    incidents: [VirtualDexcomIncident] = [], mostPages: Int = 4, hidesPartitions: Bool = false,
    brokenPages: [UInt8: Set<UInt32>] = [:], brokenRecords: [UInt8: Set<UInt32>] = [:]
  ) {
    precondition(historyHours >= 0 && readingInterval >= .seconds(1) && replyDelay >= 0)
    random = SeededRandom(seed: seed)
    self.historyHours = historyHours
    self.readingInterval = readingInterval
    self.replyDelay = replyDelay
    self.faults = faults.sorted { $0.after < $1.after }
    self.incidents = incidents.sorted { $0.after < $1.after }
    self.mostPages = mostPages
    loadedPages = []
    memory = VirtualDexcomMemory(
      seed: seed, model: model, brokenPages: brokenPages, brokenRecords: brokenRecords)
    memory.hidesPartitions = hidesPartitions
  }

  /// Serves recorded pages of 528 bytes as they are and makes no readings; `truth` stays empty.
  public init(pages: [[UInt8]], faults: [InjectedFault] = []) {
    random = SeededRandom(seed: 1)
    historyHours = 0
    readingInterval = .seconds(300)
    replyDelay = 0
    self.faults = faults.sorted { $0.after < $1.after }
    loadedPages = pages
    incidents = []
    mostPages = 4
    memory = VirtualDexcomMemory(seed: 1, model: .g4, brokenPages: [:], brokenRecords: [:])
  }

  public var truth: [TruthStream] { memory.truth }

  public func connected(at now: HostTime) {
    if startedAt == nil { start(at: now) }
    advance(to: now)
    forgetConversation()
  }

  public func disconnected(at now: HostTime) {
    forgetConversation()
  }

  public func receive(_ bytes: [UInt8], at now: HostTime) {
    advance(to: now)
    guard isPlugged, input.count + bytes.count <= 1 << 16 else { return }
    input += bytes
    answerAll()
  }

  public func advance(to now: HostTime) {
    while nextWake <= now {
      clock = nextWake
      step()
    }
    clock = max(clock, now)
  }

  public var nextWake: HostTime {
    var due = min(nextReading, pluggedAgain)
    if let startedAt, nextFault < faults.count {
      due = min(due, startedAt.advanced(by: faults[nextFault].after))
    }
    if let startedAt, nextIncident < incidents.count {
      due = min(due, startedAt.advanced(by: incidents[nextIncident].after))
    }
    due = min(due, cutAt)
    if silentUntil > clock { due = min(due, silentUntil) }
    if let reply = underWay.first { due = min(due, reply.due) }
    return due
  }

  public func takeOutput() -> [UInt8] {
    defer { output = [] }
    return output
  }

  private func start(at now: HostTime) {
    startedAt = now
    clock = now
    for page in loadedPages { memory.load(page) }
    guard loadedPages.isEmpty else { return }
    let count = Int64(historyHours) * .seconds(3600) / readingInterval
    for back in stride(from: count, to: 0, by: -1) {
      memory.makeReading(at: now.advanced(by: -back * readingInterval))
    }
    nextReading = now.advanced(by: readingInterval)
  }

  private func step() {
    if pluggedAgain <= clock {
      pluggedAgain = .distantFuture
      isPlugged = true
    }
    if nextReading <= clock {
      memory.makeReading(at: nextReading)
      nextReading = nextReading.advanced(by: readingInterval)
    }
    if let startedAt { misbehave(clock.since(startedAt)) }
    if cutAt <= clock {
      cutAt = .distantFuture
      unplug(for: Self.reconnectTime)
    }
    if silentUntil <= clock { answerAll() }
    while let reply = underWay.first, reply.due <= clock {
      output += reply.packet
      underWay.removeFirst()
    }
  }

  /// Faults and incidents that are due so long after the start.
  private func misbehave(_ age: Int64) {
    if nextFault < faults.count, faults[nextFault].after <= age {
      nextFault += 1
      inject(faults[nextFault - 1].kind)
    }
    if nextIncident < incidents.count, incidents[nextIncident].after <= age {
      nextIncident += 1
      happen(incidents[nextIncident - 1].kind)
    }
  }

  private func inject(_ fault: InjectedFault.Kind) {
    switch fault {
    case .dropFrame: dropsNext = true
    case .corruptFrame: corruptsNext = true
    case .reboot: unplug(for: Self.reconnectTime)
    case .unplug(let duration): unplug(for: duration)
    case .stall(let duration): silentUntil = clock.advanced(by: duration)
    }
  }

  private func happen(_ incident: VirtualDexcomIncident.Kind) {
    switch incident {
    case .erasedMemory: memory.erase()
    case .clockChange(let seconds): memory.wearer.setClock(by: seconds)
    case .cutReply: cutsNext = true
    }
  }

  /// The memory and the clocks have a battery of their own: only the conversation is lost.
  private func unplug(for duration: Int64) {
    isPlugged = false
    forgetConversation()
    pluggedAgain = clock.advanced(by: duration)
  }

  private func forgetConversation() {
    input = []
    underWay = []
    output = []
  }

  /// While it stalls, requests wait in the receiver and are all answered afterwards.
  private func answerAll() {
    guard silentUntil <= clock else { return }
    while let request = takeRequest() {
      requestCounts[request[3], default: 0] += 1
      let payload = Array(request[4..<request.count - 2])
      emit(memory.reply(to: request[3], payload, mostPages: mostPages, at: clock))
    }
  }

  private func takeRequest() -> [UInt8]? {
    while let start = input.firstIndex(of: 1) {
      input.removeFirst(start)
      guard input.count >= 3 else { return nil }
      let length = Int(input[1]) | Int(input[2]) << 8
      guard length >= 6 && length <= 64 else {
        input.removeFirst()
        continue
      }
      guard input.count >= length else { return nil }
      defer { input.removeFirst(length) }
      return Array(input[0..<length])
    }
    input = []
    return nil
  }

  private func emit(_ packet: [UInt8]) {
    if dropsNext {
      dropsNext = false
      return
    }
    var packet = packet
    if corruptsNext {
      corruptsNext = false
      packet[Int(random.next() % UInt64(packet.count))] ^= UInt8(1 + random.next() % 255)
    }
    if cutsNext && packet.count > 20 {
      cutsNext = false
      output += packet[0..<packet.count / 2]
      cutAt = clock.advanced(by: .milliseconds(1))
      return
    }
    guard replyDelay > 0 else { return output += packet }
    underWay.append((clock.advanced(by: replyDelay), packet))
  }
}
