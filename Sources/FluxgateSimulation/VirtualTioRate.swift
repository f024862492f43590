internal import FluxgateDevice
internal import FluxgateSignal

/// The two ends' rates of a virtual serial line, and the requests that change the device's.
struct VirtualTioRate {
  private static let first: UInt32 = 115_200
  /// Without a packet for so long the device goes back to its first rate.
  private static let patience = Int64.milliseconds(400)

  private let fastest: UInt32?
  private var own = first
  /// Takes effect once the answer has left.
  private var agreed: UInt32?
  private var lastHeard: HostTime?
  /// Every rate that was agreed on so far.
  private(set) var history: [UInt32] = []
  /// The gateway's.
  var hosts = first

  init(fastest: UInt32?) { self.fastest = fastest }

  /// A device that cannot change its rate does not mind the gateway's.
  var isMatched: Bool { fastest == nil || own == hosts }

  var fallsBackAt: HostTime? {
    own == Self.first ? nil : lastHeard.map { $0.advanced(by: Self.patience) }
  }

  mutating func connected(at now: HostTime) { hosts = Self.first }
  mutating func reboot() { own = Self.first }
  mutating func heard(at now: HostTime) { lastHeard = now }

  mutating func fallBack(at now: HostTime) {
    if let due = fallsBackAt, due <= now { own = Self.first }
  }

  mutating func settle(at now: HostTime) {
    if let agreed {
      own = agreed
      history.append(agreed)
    }
    agreed = nil
    lastHeard = now
  }

  /// - Returns: nil for a request that is not about the rate.
  mutating func answer(to request: TioPacket) -> TioPacket? {
    let bytes = request.payload
    guard let fastest, bytes.count >= 4 else { return nil }
    let count = (Int(bytes[2]) | Int(bytes[3]) << 8) & 0x7FFF
    guard bytes.count >= 4 + count else { return nil }
    let name = String(decoding: bytes[4..<4 + count], as: UTF8.self)
    let argument = bytes[(4 + count)...]
    guard name == "dev.port.rate" || name == "dev.port.rate.near" else { return nil }
    let id = Array(bytes[0..<2])
    guard argument.count == 4 else {
      return TioPacket(type: TioPacket.Kind.error, payload: id + TioBytes.u16(4))
    }
    let wanted = argument.reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    let rate = Self.near(min(wanted, fastest))
    if name == "dev.port.rate" { agreed = rate }
    return TioPacket(type: TioPacket.Kind.reply, payload: id + TioBytes.u32(rate))
  }

  /// What a clock of 6 MHz can be divided to.
  private static func near(_ wanted: UInt32) -> UInt32 {
    let divisor = max(1, (6_000_000 + wanted / 2) / max(1, wanted))
    return 6_000_000 / divisor
  }
}
