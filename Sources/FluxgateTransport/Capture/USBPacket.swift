/// One packet of a usbmon capture: the head that Linux writes before what passed over the bus.
///
/// Format: Linux, Documentation/usb/usbmon.rst ("raw binary format"), link types 189 (48 bytes of head)
/// and 220 (64 bytes). Little-endian, as every machine that Fluxgate runs on.
struct USBPacket: Equatable {
  static let linkType: UInt16 = 220
  static let shortLinkType: UInt16 = 189
  private static let headCount = 64
  private static let shortHeadCount = 48

  enum Kind: UInt8 { case isochronous, interrupt, control, bulk }

  /// What the kernel did with the transfer.
  enum Step: UInt8 {
    case submitted = 0x53
    case completed = 0x43
    case refused = 0x45
  }

  /// Errors of a transfer that say where the device is.
  enum Status {
    static let unlinked: [Int32] = [-2, -104]
    static let gone: [Int32] = [-108, -19]
  }

  struct Device: Hashable {
    var bus: UInt16
    var address: UInt8
  }

  var id: UInt64
  var step: Step
  var kind: Kind
  /// With the direction bit.
  var endpoint: UInt8
  var device: Device
  /// The eight bytes of a control request, where it is submitted.
  var setup: [UInt8]?
  var status: Int32
  /// Bytes asked for when submitted, bytes that passed when completed.
  var length: UInt32
  var data: [UInt8]
  /// Bytes that the kernel had for this packet.
  var dataLength: UInt32

  var isInput: Bool { endpoint & 0x80 != 0 }

  /// - Returns: nil for kinds of transfers and steps that are none of these.
  init?(_ bytes: [UInt8], linkType: UInt16) throws(CaptureFault) {
    let head = linkType == Self.linkType ? Self.headCount : Self.shortHeadCount
    guard bytes.count >= head else { throw .badPacket }
    let order = ByteOrder.little
    guard let step = Step(rawValue: bytes[8]), let kind = Kind(rawValue: bytes[9]),
      kind != .isochronous
    else {
      return nil
    }
    id = order.uint64(bytes, 0)
    self.step = step
    self.kind = kind
    endpoint = bytes[10]
    device = Device(bus: order.uint16(bytes, 12), address: bytes[11])
    setup = bytes[14] == 0 ? Array(bytes[40..<48]) : nil
    status = Int32(bitPattern: order.uint32(bytes, 28))
    length = order.uint32(bytes, 32)
    dataLength = order.uint32(bytes, 36)
    let count = min(bytes.count - head, Int(dataLength))
    data = Array(bytes[head..<head + count])
  }

  init(
    id: UInt64, step: Step, kind: Kind, endpoint: UInt8, device: Device, setup: [UInt8]? = nil,
    status: Int32, length: Int, data: [UInt8] = []
  ) {
    self.id = id
    self.step = step
    self.kind = kind
    self.endpoint = endpoint
    self.device = device
    self.setup = setup
    self.status = status
    self.length = UInt32(length)
    self.data = data
    dataLength = UInt32(data.count)
  }

  /// True where the kernel or the capturing program kept less than passed over the bus.
  var isCut: Bool {
    // A submitted read and a completed write carry no bytes of their own.
    let carries = isInput == (step == .completed)
    return carries && (data.count < Int(dataLength) || dataLength < length)
  }

  /// - Parameter microseconds: since 1970.
  func encoded(microseconds: Int64) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Self.headCount + data.count)
    let order = ByteOrder.little
    order.append(id, to: &bytes)
    bytes += [step.rawValue, kind.rawValue, endpoint, device.address]
    order.append(device.bus, to: &bytes)
    bytes += [setup == nil ? UInt8(ascii: "-") : 0, dataFlag]
    order.append(microseconds / 1_000_000, to: &bytes)
    order.append(Int32(microseconds % 1_000_000), to: &bytes)
    order.append(status, to: &bytes)
    order.append(length, to: &bytes)
    order.append(dataLength, to: &bytes)
    bytes += setup ?? [UInt8](repeating: 0, count: 8)
    bytes += [UInt8](repeating: 0, count: 16)
    return bytes + data
  }

  private var dataFlag: UInt8 {
    if !data.isEmpty { return 0 }
    return UInt8(ascii: isInput ? "<" : ">")
  }
}
