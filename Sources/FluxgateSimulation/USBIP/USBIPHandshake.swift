internal import FluxgateTransport

/// What a USB/IP client asks over TCP before the device is its own: which devices there are, and to
/// have one of them. There is one, with bus number 1-1.
struct USBIPHandshake {
  enum Outcome {
    /// More bytes are needed.
    case waiting
    /// Answer and close, as after a list.
    case answered([UInt8])
    /// Answer; from here on the connection carries transfers.
    case imported([UInt8])
  }

  private static let version: UInt16 = 0x0111
  private static let requestList: UInt16 = 0x8005
  private static let requestImport: UInt16 = 0x8003
  private static let headBytes = 8
  private static let nameBytes = 32
  private static let busName = "1-1"

  let descriptors: USBDescriptors

  func answer(_ queue: inout ByteQueue) throws(USBIPFault) -> Outcome {
    guard queue.count >= Self.headBytes else { return .waiting }
    let head = Array(queue.all.prefix(Self.headBytes))
    guard BigEndian.u16(head, at: 0) == Self.version else {
      throw .wrongVersion(BigEndian.u16(head, at: 0))
    }
    switch BigEndian.u16(head, at: 2) {
    case Self.requestList:
      queue.skip(Self.headBytes)
      return .answered(list)
    case Self.requestImport:
      guard queue.count >= Self.headBytes + Self.nameBytes else { return .waiting }
      queue.skip(Self.headBytes)
      return importDevice(named: queue.take(Self.nameBytes))
    case let other: throw .unknownCommand(UInt32(other))
    }
  }

  private func importDevice(named name: ArraySlice<UInt8>) -> Outcome {
    guard name.elementsEqual(Self.padded(Self.busName, to: Self.nameBytes)) else {
      return .answered(Self.head(code: 3, status: 1))
    }
    return .imported(Self.head(code: 3, status: 0) + device)
  }

  private var list: [UInt8] {
    let classes = descriptors.interfaces.flatMap { $0[5..<8] + [0] }
    return Self.head(code: 5, status: 0) + BigEndian.bytes([UInt32(1)]) + device + classes
  }

  private var device: [UInt8] {
    let nameplate = descriptors.nameplate
    return Self.padded("/sys/devices/simulated/usb1/\(Self.busName)", to: 256)
      + Self.padded(Self.busName, to: Self.nameBytes)
      + BigEndian.bytes([1, 1, descriptors.speed.rawValue])
      + BigEndian.bytes([nameplate.numbers.vendor, nameplate.numbers.product, nameplate.release])
      + [descriptors.deviceClass, 0, 0, 1, 1, UInt8(descriptors.interfaces.count)]
  }

  private static func head(code: UInt16, status: UInt32) -> [UInt8] {
    BigEndian.bytes([version, code]) + BigEndian.bytes([status])
  }

  private static func padded(_ text: String, to count: Int) -> [UInt8] {
    Array((Array(text.utf8) + [UInt8](repeating: 0, count: count)).prefix(count))
  }
}
