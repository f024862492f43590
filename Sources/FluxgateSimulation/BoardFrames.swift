/// Frames as the boards send them.
enum BoardFrames {
  /// - Parameters:
  ///   - channels: the half of a row that this frame has, on boards with a Daisy.
  ///   - milliseconds: the board's clock, in the frames that are time-stamped.
  static func cyton(
    _ row: BoardSignal.Row, counter: Int, channels: Range<Int>, milliseconds: UInt32?
  ) -> [UInt8] {
    var bytes: [UInt8] = [0xA0, UInt8(counter)]
    for channel in channels { bytes += big24(row.codes[channel]) }
    guard let milliseconds else {
      for value in row.acceleration ?? [0, 0, 0] { bytes += big16(value) }
      return bytes + [0xC0]
    }
    return bytes + axisByte(row, counter) + big32(milliseconds) + [0xC4]
  }

  /// Status word and channels as the chip clocks them out, between a counter and a checksum.
  static func adsBoard(_ row: BoardSignal.Row, counter: Int) -> [UInt8] {
    var body = big16(Int16(truncatingIfNeeded: counter)) + big24(row.status)
    for code in row.codes { body += big24(code) }
    let sum = crc(body)
    return [0xA5, 0x5A] + body + [UInt8(sum >> 8), UInt8(sum & 0xFF)]
  }

  static func freeEEG32(_ row: BoardSignal.Row, counter: Int) -> [UInt8] {
    [0xA0, UInt8(counter)] + row.codes.flatMap(big24) + [UInt8](repeating: 0, count: 7) + [0xC0]
  }

  /// Time-stamped frames carry one byte of one axis; upper case says that the axis is new.
  private static func axisByte(_ row: BoardSignal.Row, _ counter: Int) -> [UInt8] {
    guard let acceleration = row.acceleration else { return [0, 0] }
    let axis = counter / 10 % 3
    return [[0x58, 0x59, 0x5A][axis], UInt8(truncatingIfNeeded: acceleration[axis] >> 8)]
  }

  /// CRC-16 of polynomial 0x1021 from 0xFFFF, bit by bit.
  private static func crc(_ bytes: [UInt8]) -> UInt16 {
    var value: UInt16 = 0xFFFF
    for byte in bytes {
      value ^= UInt16(byte) << 8
      for _ in 0..<8 { value = value & 0x8000 != 0 ? value << 1 ^ 0x1021 : value << 1 }
    }
    return value
  }

  private static func big16(_ value: Int16) -> [UInt8] {
    [UInt8(truncatingIfNeeded: value >> 8), UInt8(truncatingIfNeeded: value)]
  }

  private static func big24(_ value: Int32) -> [UInt8] {
    [16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  private static func big32(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }
}
