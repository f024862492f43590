/// A request of the client's kernel, version 0x0111 (Linux, Documentation/usb/usbip_protocol.rst).
enum USBIPMessage {
  case submit(USBIPSubmit)
  case unlink(sequence: UInt32, victim: UInt32)

  static let headerBytes = 48
  /// As much as one request of the kernel's own drivers or of libusb asks at most.
  private static let mostBytes: UInt32 = 1 << 20
  private static let noPackets: [UInt32] = [0, .max]

  /// Takes one whole message off the front.
  ///
  /// - Returns: nil while there is none.
  static func take(from queue: inout ByteQueue) throws(USBIPFault) -> USBIPMessage? {
    guard queue.count >= headerBytes else { return nil }
    let header = Array(queue.all.prefix(headerBytes))
    let sequence = BigEndian.u32(header, at: 4)
    switch BigEndian.u32(header, at: 0) {
    case 1: return try takeSubmit(header, from: &queue).map { .submit($0) }
    case 2:
      queue.skip(headerBytes)
      return .unlink(sequence: sequence, victim: BigEndian.u32(header, at: 20))
    case let other: throw .unknownCommand(other)
    }
  }

  private static func takeSubmit(
    _ header: [UInt8], from queue: inout ByteQueue
  ) throws(USBIPFault) -> USBIPSubmit? {
    guard noPackets.contains(BigEndian.u32(header, at: 32)) else { throw .isochronous }
    let length = BigEndian.u32(header, at: 24)
    guard length <= mostBytes else { throw .tooLong(length) }
    let isInput = BigEndian.u32(header, at: 12) == 1
    let dataBytes = isInput ? 0 : Int(length)
    guard queue.count >= headerBytes + dataBytes else { return nil }
    queue.skip(headerBytes)
    return USBIPSubmit(
      sequence: BigEndian.u32(header, at: 4),
      endpoint: UInt8(BigEndian.u32(header, at: 16) & 0x0F) | (isInput ? 0x80 : 0),
      length: Int(length), setup: USBSetup(header[40..<48]), data: Array(queue.take(dataBytes)))
  }
}

/// A transfer that the client's kernel asks for.
struct USBIPSubmit {
  let sequence: UInt32
  /// An address: the high bit is set for input.
  let endpoint: UInt8
  let length: Int
  /// Of control transfers only.
  let setup: USBSetup
  /// What an output transfer carries.
  let data: [UInt8]

  var isInput: Bool { endpoint & 0x80 != 0 }
  var isControl: Bool { endpoint & 0x0F == 0 }
}

/// Answers to the client's kernel.
enum USBIPReply {
  /// Negative error numbers of Linux.
  static let done: Int32 = 0
  static let stalled: Int32 = -32
  static let unlinked: Int32 = -104

  /// - Parameter count: bytes transferred; of an input transfer, those of `data`.
  static func submit(
    _ sequence: UInt32, status: Int32, count: Int, data: [UInt8] = []
  ) -> [UInt8] {
    BigEndian.bytes([3, sequence, 0, 0, 0])
      + BigEndian.bytes([UInt32(bitPattern: status), UInt32(count), 0, 0, 0, 0, 0]) + data
  }

  static func unlink(_ sequence: UInt32, status: Int32) -> [UInt8] {
    BigEndian.bytes([4, sequence, 0, 0, 0])
      + BigEndian.bytes([UInt32(bitPattern: status), 0, 0, 0, 0, 0, 0])
  }
}
