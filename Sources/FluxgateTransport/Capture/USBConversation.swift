internal import FluxgateSignal

/// Makes the transfers that a USB link's events would have been on a bus.
///
/// An opening is the choice of the interface's setting, which libusb sends too; the gateway's end is
/// the read that it takes back, a lost device the read that fails because nothing is there.
struct USBConversation {
  /// Some transfers of a real bus are under way at once; here each ends before the next begins.
  private static let firstID: UInt64 = 0xFFFF_8880_0000_0000
  private static let inProgress: Int32 = -115
  private static let setInterface: UInt8 = 0x0B
  private static let setReport: UInt8 = 0x09

  private let settings: USBLinkSettings
  private let device: USBPacket.Device
  private var made: UInt64 = 0

  /// - Parameter place: the interface's number in its file, for an address of its own.
  init(_ settings: USBLinkSettings, place: Int) {
    self.settings = settings
    device = .init(bus: 1, address: UInt8(2 + place % 126))
  }

  mutating func packets(for event: CaptureEvent, at time: HostTime) -> [[UInt8]] {
    let pair =
      switch event {
      case .opened: choice()
      case .received(let bytes): input(bytes, status: 0)
      case .sent(let bytes): output(bytes)
      case .lost: input([], status: USBPacket.Status.gone[0])
      case .closed: input([], status: USBPacket.Status.unlinked[0])
      }
    return pair.map { $0.encoded(microseconds: max(0, time.nanoseconds) / 1000) }
  }

  private mutating func choice() -> [USBPacket] {
    control([
      0x01, Self.setInterface, settings.alternate, 0, settings.interface, 0, 0, 0,
    ])
  }

  private mutating func output(_ bytes: [UInt8]) -> [USBPacket] {
    switch settings.output {
    case .bulk(let endpoint): pair(.bulk, endpoint, sent: bytes)
    case .interrupt(let endpoint): pair(.interrupt, endpoint, sent: bytes)
    case .setReport:
      control(
        [
          0x21, Self.setReport, 0, 2, settings.interface, 0, UInt8(truncatingIfNeeded: bytes.count),
          UInt8(truncatingIfNeeded: bytes.count >> 8),
        ], bytes)
    case .none: []
    }
  }

  private mutating func control(_ setup: [UInt8], _ bytes: [UInt8] = []) -> [USBPacket] {
    pair(.control, 0, setup: setup, sent: bytes)
  }

  private mutating func pair(
    _ kind: USBPacket.Kind, _ endpoint: UInt8, setup: [UInt8]? = nil, sent bytes: [UInt8]
  ) -> [USBPacket] {
    let id = nextID()
    return [
      USBPacket(
        id: id, step: .submitted, kind: kind, endpoint: endpoint, device: device, setup: setup,
        status: Self.inProgress, length: bytes.count, data: bytes),
      USBPacket(
        id: id, step: .completed, kind: kind, endpoint: endpoint, device: device, status: 0,
        length: bytes.count),
    ]
  }

  private mutating func input(_ bytes: [UInt8], status: Int32) -> [USBPacket] {
    let id = nextID()
    let kind: USBPacket.Kind = settings.inputKind == .interrupt ? .interrupt : .bulk
    return [
      USBPacket(
        id: id, step: .submitted, kind: kind, endpoint: settings.input, device: device,
        status: Self.inProgress, length: max(bytes.count, settings.transferBytes)),
      USBPacket(
        id: id, step: .completed, kind: kind, endpoint: settings.input, device: device,
        status: status, length: bytes.count, data: bytes),
    ]
  }

  private mutating func nextID() -> UInt64 {
    made += 1
    return Self.firstID + made << 6
  }
}
