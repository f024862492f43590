internal import FluxgateSignal

/// A board's way to the gateway: the cable, silences, and the latency timer of the bridge chip.
struct BoardLine {
  var isConnected = false
  private let lump: Int64
  private var output: [UInt8] = []
  /// Bytes that the bridge chip still gathers, and when it hands them on.
  private var gathered: [UInt8] = []
  private var handOnAt: HostTime?
  private var stalledUntil: HostTime?
  private var unpluggedUntil: HostTime?

  init(lump: Int64) { self.lump = lump }

  var isPlugged: Bool { unpluggedUntil == nil }

  func isHeard(at now: HostTime) -> Bool {
    isConnected && isPlugged && stalledUntil == nil
  }

  var nextWake: HostTime? {
    [handOnAt, stalledUntil, unpluggedUntil].compactMap { $0 }.min()
  }

  mutating func step(at now: HostTime) {
    if let end = stalledUntil, end <= now { stalledUntil = nil }
    if let end = unpluggedUntil, end <= now { unpluggedUntil = nil }
    if let due = handOnAt, due <= now {
      output += gathered
      gathered.removeAll()
      handOnAt = nil
    }
  }

  mutating func stall(until end: HostTime) { stalledUntil = end }

  mutating func unplug(until end: HostTime) {
    unpluggedUntil = end
    clear()
  }

  mutating func send(_ bytes: [UInt8], at now: HostTime) {
    guard isHeard(at: now), !bytes.isEmpty else { return }
    guard lump > 0 else {
      output += bytes
      return
    }
    gathered += bytes
    handOnAt = HostTime(nanoseconds: (now.nanoseconds / lump + 1) * lump)
  }

  mutating func takeOutput() -> [UInt8] {
    defer { output.removeAll() }
    return output
  }

  mutating func clear() {
    output.removeAll()
    gathered.removeAll()
    handOnAt = nil
  }
}
