/// A capture of USB traffic as Linux' usbmon makes it (link type 220), for umockdev to play.
struct UsbmonCapture {
  private(set) var bytes: [UInt8] = []
  private var microseconds: UInt32 = 0

  init() {
    append(0xA1B2_C3D4 as UInt32)
    append(2 as UInt16)
    append(4 as UInt16)
    for word in [0, 0, 65_535, 220] as [UInt32] { append(word) }
  }

  enum Kind: UInt8 { case interrupt = 1, control, bulk }

  /// A request that the program makes.
  mutating func submit(
    _ id: UInt64, _ kind: Kind, _ endpoint: UInt8, length: Int, setup: [UInt8]? = nil,
    data: [UInt8] = []
  ) {
    packet(id, "S", kind, endpoint, status: -115, length: length, setup: setup, data: data)
  }

  /// How the device ended it.
  mutating func complete(
    _ id: UInt64, _ kind: Kind, _ endpoint: UInt8, status: Int32 = 0, length: Int? = nil,
    data: [UInt8] = []
  ) {
    packet(
      id, "C", kind, endpoint, status: status, length: length ?? data.count, setup: nil, data: data)
  }

  private mutating func packet(
    _ id: UInt64, _ event: Unicode.Scalar, _ kind: Kind, _ endpoint: UInt8, status: Int32,
    length: Int, setup: [UInt8]?, data: [UInt8]
  ) {
    microseconds += 10
    for word in [1_700_000_000, microseconds, UInt32(64 + data.count), UInt32(64 + data.count)] {
      append(word)
    }
    append(id)
    bytes += [UInt8(ascii: event), kind.rawValue, endpoint, 2]
    append(1 as UInt16)
    bytes += [setup == nil ? UInt8(ascii: "-") : 0, data.isEmpty ? UInt8(ascii: "<") : 0]
    append(1_700_000_000 as UInt64)
    append(microseconds)
    append(UInt32(bitPattern: status))
    append(UInt32(length))
    append(UInt32(data.count))
    bytes += setup ?? [UInt8](repeating: 0, count: 8)
    for word in [0, 0, 0, 0] as [UInt32] { append(word) }
    bytes += data
  }

  private mutating func append<Number: FixedWidthInteger>(_ number: Number) {
    withUnsafeBytes(of: number.littleEndian) { bytes += $0 }
  }
}
