import Foundation

/// A small USB/IP client on a socket, written from the protocol's description: it shares nothing with
/// the server's coding.
final class USBIPClient {
  struct Reply: Equatable {
    let sequence: UInt32
    let status: Int32
    let count: Int
    let data: [UInt8]
    let isUnlink: Bool
  }

  private let socket: Int32
  private var sequence: UInt32 = 0
  /// Input transfers under way: only their answers are followed by data.
  private var inputs: Set<UInt32> = []

  /// - Parameter patience: seconds that a read waits at most.
  init(socket: Int32, patience: Int = 5) {
    self.socket = socket
    var limit = timeval(tv_sec: patience, tv_usec: 0)
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit { close(socket) }

  func send(_ bytes: [UInt8]) { _ = Glibc.send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL)) }

  /// - Returns: nil when fewer bytes come: the peer hung up, or said nothing for the patience.
  func receive(_ count: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    let got = count == 0 ? 0 : recv(socket, &bytes, count, Int32(MSG_WAITALL))
    return got == count ? bytes : nil
  }

  @discardableResult
  func submit(
    endpoint: UInt32, isInput: Bool, length: Int, setup: [UInt8] = [UInt8](repeating: 0, count: 8),
    data: [UInt8] = []
  ) -> UInt32 {
    sequence += 1
    if isInput { inputs.insert(sequence) }
    send(
      words([1, sequence, 0x1_0001, isInput ? 1 : 0, endpoint])
        + words([0, UInt32(length), 0, 0, 0]) + setup + data)
    return sequence
  }

  @discardableResult
  func unlink(_ victim: UInt32) -> UInt32 {
    sequence += 1
    send(words([2, sequence, 0x1_0001, 0, 0, victim]) + [UInt8](repeating: 0, count: 24))
    return sequence
  }

  func reply() -> Reply? {
    guard let header = receive(48) else { return nil }
    let number = word(header, 4)
    let isUnlink = word(header, 0) == 4
    let count = Int(word(header, 24))
    let isInput = !isUnlink && inputs.remove(number) != nil
    guard let data = receive(isInput ? count : 0) else { return nil }
    return Reply(
      sequence: number, status: Int32(bitPattern: word(header, 20)), count: isUnlink ? 0 : count,
      data: data, isUnlink: isUnlink)
  }

  /// A control transfer and its answer.
  func control(
    _ type: UInt8, _ request: UInt8, value: UInt16 = 0, index: UInt16 = 0, length: UInt16 = 0,
    data: [UInt8] = []
  ) -> Reply? {
    let isInput = type & 0x80 != 0
    let size = isInput ? length : UInt16(data.count)
    let setup =
      [type, request] + [value, index, size].flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    submit(endpoint: 0, isInput: isInput, length: Int(size), setup: setup, data: data)
    return reply()
  }

  func configure() -> Bool { control(0x00, 9, value: 1)?.status == 0 }

  private func words(_ numbers: [UInt32]) -> [UInt8] {
    numbers.flatMap { number in
      stride(from: 24, through: 0, by: -8).map { UInt8(number >> $0 & 255) }
    }
  }

  private func word(_ bytes: [UInt8], _ offset: Int) -> UInt32 {
    (0..<4).reduce(0) { $0 << 8 | UInt32(bytes[offset + $1]) }
  }
}
