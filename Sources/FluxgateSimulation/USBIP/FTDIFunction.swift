internal import FluxgateSignal

/// An FTDI serial bridge: each packet of 64 bytes begins with two of status, and bytes wait in the
/// chip until 62 are there or the latency timer has run out.
///
/// Here the timer runs from one short packet to the next. Modem lines are wired back: CTS follows
/// RTS, and DSR and CD follow DTR, as on a plug that has them bridged.
final class FTDIFunction: USBFunction {
  let descriptors: USBDescriptors
  let input: UInt8 = 0x81
  let output: UInt8? = 0x02

  private static let packet = 64
  private static let payload = 62
  /// A chip tells its status even with nothing to send; no oftener here than by its first timer.
  private static let statusPeriod = Int64.milliseconds(16)
  /// Transmitter holding register and shift register are empty.
  private static let lineStatus: UInt8 = 0x60

  private var latencyMilliseconds: UInt8 = 16
  private var lastShortPacket = HostTime(nanoseconds: 0)
  private var dataTerminalReady = false
  private var requestToSend = false

  init(_ nameplate: USBNameplate) {
    let endpoints = [0x81, 0x02].flatMap { USBDescriptors.endpoint($0, .bulk, packet: 64) }
    descriptors = USBDescriptors(
      nameplate: nameplate, speed: .full, deviceClass: 0,
      interfaces: [USBDescriptors.interface(0, endpoints: 2, 0xFF, 0xFF, 0xFF) + endpoints])
  }

  private enum Request: UInt8 {
    case reset, setModemLines, setFlow, setRate, setData, getStatus, setEventByte, setErrorByte
    case setLatency = 9
    case getLatency = 10
    case readMemory = 0x90
  }

  func control(_ setup: USBSetup, data: [UInt8], at now: HostTime) -> USBControlAnswer {
    guard setup.kind == .vendor, let request = Request(rawValue: setup.request) else {
      return .stall
    }
    switch request {
    case .reset, .setFlow, .setRate, .setData, .setEventByte, .setErrorByte: return .done([])
    case .setModemLines: setModemLines(setup.value)
    case .setLatency:
      // The chip knows 1 to 255 ms; 0 would be no timer at all.
      guard setup.value & 0xFF > 0 else { return .stall }
      latencyMilliseconds = UInt8(setup.value & 0xFF)
    case .getStatus: return .done(status)
    case .getLatency: return .done([latencyMilliseconds])
    // An empty settings memory.
    case .readMemory: return .done([0xFF, 0xFF])
    }
    return .done([])
  }

  /// The high byte tells which lines are meant.
  private func setModemLines(_ value: UInt16) {
    if value & 0x100 != 0 { dataTerminalReady = value & 1 != 0 }
    if value & 0x200 != 0 { requestToSend = value & 2 != 0 }
  }

  private var status: [UInt8] {
    let cts: UInt8 = requestToSend ? 0x10 : 0
    let dsrAndCarrier: UInt8 = dataTerminalReady ? 0xA0 : 0
    return [0x01 | cts | dsrAndCarrier, Self.lineStatus]
  }

  /// A transfer ends when it is full, or with the short packet that the timer sends.
  func fill(_ length: Int, from waiting: inout ByteQueue, at now: HostTime) -> [UInt8]? {
    let room = max(1, length / Self.packet)
    let full = min(waiting.count / Self.payload, room)
    let isDue = now >= nextFill(hasBytes: !waiting.isEmpty)
    guard full == room || isDue else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(length)
    for _ in 0..<full {
      bytes += status
      bytes += waiting.take(Self.payload)
    }
    if full < room {
      bytes += status
      bytes += waiting.take(min(waiting.count, Self.payload))
      lastShortPacket = now
    }
    return Array(bytes.prefix(length))
  }

  func nextFill(hasBytes: Bool) -> HostTime {
    let latency = Int64.milliseconds(Int64(latencyMilliseconds))
    return lastShortPacket.advanced(by: hasBytes ? latency : max(latency, Self.statusPeriod))
  }
}
