internal import FluxgateDevice
public import FluxgateSignal
public import FluxgateTransport

/// A BioSemi ActiveTwo behind its USB receiver, made of code. Its signal is simulated.
///
/// It samples from the first start command on, whether or not anybody listens: row i of the truth is
/// sweep i. The receiver hands out whole packets of 512 bytes. A lost byte costs its whole sweep.
///
/// Faults: `dropFrame` loses `bytesPerDrop` bytes; `corruptFrame` changes a byte that the protocol
/// lets one see (a sync word's or one that is always zero); `reboot` switches the box off for 1.5 s;
/// after a `stall` the receiver goes on with the packet that is then due.
public final class VirtualBioSemi: VirtualDevice {
  /// The receiver's interface, as the shipped profile has it.
  public static let link = USBLinkSettings(
    input: 0x82, output: .bulk(0x01), transferCount: 16, transferBytes: 1 << 14, clearsHalt: true)

  private static let tick = Int64.milliseconds(2)
  private static let controlSize = 64
  private static let rebootPause = Int64.milliseconds(1500)

  private let settings: VirtualBioSemiSettings
  private var box: BioSemiBox
  private var receiver = BioSemiReceiver()
  private var faults: [InjectedFault]
  private var random: SeededRandom
  private var began: HostTime?
  private var connectedFirst: HostTime?
  private var now = HostTime(nanoseconds: .min)
  private var dueTick = HostTime.distantFuture
  private var input: [UInt8] = []
  private var isSending = false
  private var silentUntil: HostTime?
  private var unpluggedUntil: HostTime?

  public init(_ settings: VirtualBioSemiSettings = VirtualBioSemiSettings()) {
    self.settings = settings
    box = BioSemiBox(settings)
    faults = settings.faults.sorted { $0.after < $1.after }
    random = SeededRandom(seed: settings.seed &+ 9)
  }

  public var truth: [TruthStream] { box.truth(withheld: receiver.withheld) }
  public var isPlugged: Bool { unpluggedUntil == nil }

  public func connected(at now: HostTime) {
    connectedFirst = connectedFirst ?? now
    stop()
    advance(to: now)
  }

  public func disconnected(at now: HostTime) { stop() }

  public func receive(_ bytes: [UInt8], at now: HostTime) {
    advance(to: now)
    input += bytes
    while input.count >= Self.controlSize {
      let isStart = input[0] == 0xFF
      input.removeFirst(Self.controlSize)
      isStart ? start(at: now) : stop()
    }
  }

  public func takeOutput() -> [UInt8] { receiver.takeOutput() }

  public var nextWake: HostTime {
    let fault = faults.first.flatMap { fault in connectedFirst?.advanced(by: fault.after) }
    return [fault, unpluggedUntil, dueTick].compactMap { $0 }.min() ?? .distantFuture
  }

  public func advance(to end: HostTime) {
    while nextWake <= end {
      now = max(now, nextWake)
      injectDue()
      if let due = unpluggedUntil, due <= now { unpluggedUntil = nil }
      if dueTick <= now { turn() }
    }
    now = max(now, end)
  }

  // MARK: - Measuring

  private func start(at now: HostTime) {
    if began == nil {
      began = now
      dueTick = now.advanced(by: Self.tick)
    }
    receiver.clear()
    isSending = true
  }

  private func stop() {
    receiver.clear()
    isSending = false
    input.removeAll()
  }

  /// Makes the sweeps that are due, and sends or loses them.
  private func turn() {
    dueTick = now.advanced(by: Self.tick)
    guard let began else { return }
    if let due = silentUntil, due <= now { silentUntil = nil }
    while let sweep = box.next(dueBy: now.since(began)) {
      isSending ? receiver.add(sweep, number: box.count - 1) : receiver.withhold(box.count - 1)
    }
    silentUntil == nil ? receiver.send() : receiver.losePackets()
  }

  // MARK: - Faults

  private func injectDue() {
    while let connectedFirst, let fault = faults.first,
      connectedFirst.advanced(by: fault.after) <= now
    {
      faults.removeFirst()
      inject(fault.kind)
    }
  }

  private func inject(_ kind: InjectedFault.Kind) {
    switch kind {
    case .dropFrame: receiver.lose(settings.bytesPerDrop)
    case .corruptFrame: receiver.corruptNext(&random)
    case .reboot: silentUntil = now.advanced(by: Self.rebootPause)
    case .stall(let duration): silentUntil = now.advanced(by: duration)
    case .unplug(let duration):
      unpluggedUntil = now.advanced(by: duration)
      stop()
    }
  }
}

/// What a virtual box is, what it does by itself and what goes wrong.
public struct VirtualBioSemiSettings: Sendable {
  /// A change of the box's speed switch, in nanoseconds after the start.
  public struct Switch: Sendable {
    public var after: Int64
    public var speed: Int

    public init(after: Int64, speed: Int) {
      self.after = after
      self.speed = speed
    }
  }

  public var speed = 6
  public var isMark2 = true
  public var seed: UInt64 = 1
  public var faults: [InjectedFault] = []
  public var bytesPerDrop = 3 * 512
  public var switches: [Switch] = []
  /// Spans after the start, in nanoseconds, in which the electrodes are out of range.
  public var outOfRange: [Range<Int64>] = []
  public var batteryLow: [Range<Int64>] = []
  /// Pins and sensor inputs of each box in the truth, as the shipped profile keeps them.
  public var pinsKept = 64
  public var sensorsKept = 7
  /// Words of a sweep that always read -1 code, as the sync word does.
  public var minusOneWords: Set<Int> = []

  public init() {}
}
