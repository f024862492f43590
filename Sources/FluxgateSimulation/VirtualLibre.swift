public import FluxgateSignal
public import FluxgateTransport

/// A FreeStyle Libre reader made of code, with a synthetic wearer and a synthetic identity.
///
/// It only answers, in HID reports of 64 bytes. Behind each payload lies left-over text, and
/// keep-alives come between any two reports. Commands that change or erase a reader are refused.
/// Encoders here share nothing with the driver's readers.
public final class VirtualLibre: VirtualDevice {
  /// The reader's interface, as the shipped profile has it.
  public static let link = USBLinkSettings(
    input: 0x81, inputKind: .interrupt, output: .setReport, transferCount: 32, transferBytes: 64)
  public static let serial = "SIMLB00000042"

  private let settings: VirtualLibreSettings
  private var memory: VirtualLibreMemory
  private var faults: [InjectedFault]
  private var random: SeededRandom
  private var started: HostTime?
  private var now = HostTime(nanoseconds: .min)
  private var dueReading = HostTime.distantFuture
  private var silentUntil: HostTime?
  private var unpluggedUntil: HostTime?
  private var input: [UInt8] = []
  private var waiting: [[UInt8]] = []
  private var output: [UInt8] = []
  private var leftOver = [UInt8](repeating: 0, count: 62)
  private var textReports = 0
  private var dropsNext = false
  private var corruptsNext = false
  private var isInitialised = false
  /// Every text command received, for tests that no forbidden one is ever sent.
  public private(set) var commands: [String: Int] = [:]

  public init(_ settings: VirtualLibreSettings = VirtualLibreSettings()) {
    self.settings = settings
    memory = VirtualLibreMemory(settings)
    faults = settings.faults.sorted { $0.after < $1.after }
    random = SeededRandom(seed: settings.seed &+ 5)
  }

  public var truth: [TruthStream] { memory.truth }
  public var isPlugged: Bool { unpluggedUntil == nil }

  public func connected(at now: HostTime) {
    if started == nil {
      started = now
      memory.begin(at: now)
      dueReading = now.advanced(by: settings.readingInterval)
    }
    forgetConversation()
    advance(to: now)
    if settings.hasLeftOver { sendText(Array("1,2,left over,3\r\nCKSM:0000".utf8)) }
  }

  public func disconnected(at now: HostTime) { forgetConversation() }

  public func receive(_ bytes: [UInt8], at now: HostTime) {
    advance(to: now)
    input += bytes
    while input.count >= 64 {
      waiting.append(Array(input[0..<64]))
      input.removeFirst(64)
    }
    answerAll()
  }

  public func takeOutput() -> [UInt8] {
    defer { output = [] }
    return output
  }

  public var nextWake: HostTime {
    let fault = faults.first.flatMap { fault in started?.advanced(by: fault.after) }
    return [fault, dueReading, silentUntil, unpluggedUntil].compactMap { $0 }.min()
      ?? .distantFuture
  }

  public func advance(to end: HostTime) {
    while nextWake <= end {
      now = max(now, nextWake)
      if let due = unpluggedUntil, due <= now { unpluggedUntil = nil }
      if let due = silentUntil, due <= now { silentUntil = nil }
      if dueReading <= now {
        memory.makeReading(at: dueReading)
        dueReading = dueReading.advanced(by: settings.readingInterval)
      }
      while let started, let fault = faults.first, started.advanced(by: fault.after) <= now {
        faults.removeFirst()
        inject(fault.kind)
      }
      answerAll()
    }
    now = max(now, end)
  }

  private func inject(_ kind: InjectedFault.Kind) {
    switch kind {
    case .dropFrame: dropsNext = true
    case .corruptFrame: corruptsNext = true
    case .reboot: unplug(for: .seconds(2))
    case .unplug(let duration): unplug(for: duration)
    case .stall(let duration): silentUntil = now.advanced(by: duration)
    }
  }

  private func unplug(for duration: Int64) {
    unpluggedUntil = now.advanced(by: duration)
    forgetConversation()
  }

  private func forgetConversation() {
    input = []
    waiting = []
    output = []
    isInitialised = false
  }

  // MARK: - Answers

  private func answerAll() {
    guard silentUntil == nil, isPlugged else { return }
    for report in waiting { answer(report) }
    waiting = []
  }

  private func answer(_ report: [UInt8]) {
    let payload = report[2..<2 + min(Int(report[1]), 62)]
    switch report[0] {
    case 0x04: send(0x34, [UInt8](repeating: 0, count: 12))
    case 0x05: send(0x06, Array(Self.serial.utf8) + [0])
    case 0x15: send(0x35, Array("2.1.2".utf8) + [0])
    case 0x01:
      isInitialised = true
      send(0x71, [0x01])
    case 0x0D: break
    case 0x21, 0x60: answer(text: String(decoding: payload, as: UTF8.self))
    default: send(0x30, [0x85])
    }
  }

  private func answer(text command: String) {
    guard isInitialised else { return }
    commands[command, default: 0] += 1
    let message = memory.message(for: command, at: now)
    guard let message else { return sendText(Array("CKSM:00000000\r\nCMD Fail!\r\n".utf8)) }
    let check = VirtualLibreMemory.hex(message.reduce(0) { $0 + Int($1) })
    sendText(message + Array("CKSM:\(check)\r\nCMD OK\r\n".utf8))
  }

  private func sendText(_ text: [UInt8]) {
    var rest = text[...]
    while !rest.isEmpty {
      let part = Array(rest.prefix(62))
      rest = rest.dropFirst(62)
      if textReports % 3 == 0 { send(0x22, [0x05]) }
      textReports += 1
      sendDamageable(part)
    }
  }

  private func sendDamageable(_ part: [UInt8]) {
    guard !dropsNext else {
      dropsNext = false
      return
    }
    var part = part
    if corruptsNext {
      corruptsNext = false
      part[Int(random.next() % UInt64(part.count))] ^= UInt8(1 << (random.next() % 7))
    }
    send(0x60, part)
  }

  /// What the payload does not cover is what lay there before.
  private func send(_ kind: UInt8, _ payload: [UInt8]) {
    leftOver.replaceSubrange(0..<payload.count, with: payload)
    output += [kind, UInt8(payload.count)] + leftOver
  }
}

/// What a virtual reader holds and what goes wrong with it.
public struct VirtualLibreSettings: Sendable {
  public var seed: UInt64 = 1
  public var isPro = false
  /// Readings that lie behind it when it is first plugged in.
  public var historyCount = 96
  /// Nanoseconds from reading to reading; 900 s on a true reader.
  public var readingInterval = Int64.seconds(900)
  /// Records made before all of these; the numbers on the wire have 16 bits.
  public var recordsBefore = 3 * 65_536 - 40
  /// Which of the readings comes after the wearer has set the clock an hour on; nil for none.
  public var clockChangeBefore: Int? = 50
  /// Whether text of an aborted answer comes first.
  public var hasLeftOver = false
  public var faults: [InjectedFault] = []

  public init() {}
}
