/// CRC-32C (Castagnoli, reflected polynomial 82f63b78) as in RFC 3720, eight bytes a step.
enum CRC32C {
  private static let tables: [UInt32] = {
    var tables = [UInt32](repeating: 0, count: 8 * 256)
    for byte in 0..<256 {
      var value = UInt32(byte)
      for _ in 0..<8 { value = (value >> 1) ^ (value & 1 == 0 ? 0 : 0x82f6_3b78) }
      tables[byte] = value
    }
    for index in 256..<(8 * 256) {
      let before = tables[index - 256]
      tables[index] = (before >> 8) ^ tables[Int(before & 0xff)]
    }
    return tables
  }()

  static func of(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    // SAFETY: `sum` reads inside the buffer's count only.
    unsafe bytes.withUnsafeBytes { unsafe sum($0) }
  }

  private static func sum(_ raw: UnsafeRawBufferPointer) -> UInt32 {
    let tables = tables
    var crc = UInt32.max
    var at = 0
    while at + 8 <= raw.count {
      // SAFETY: eight bytes are left, and integers have no invalid bit patterns.
      let low = unsafe UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: at, as: UInt32.self))
      let high = unsafe UInt32(
        littleEndian: raw.loadUnaligned(fromByteOffset: at + 4, as: UInt32.self))
      crc = step(crc ^ low, high, tables)
      at += 8
    }
    while at < raw.count {
      crc = (crc >> 8) ^ tables[Int((crc ^ UInt32(unsafe raw[at])) & 0xff)]
      at += 1
    }
    return ~crc
  }

  @inline(__always)
  private static func step(_ low: UInt32, _ high: UInt32, _ tables: [UInt32]) -> UInt32 {
    let first =
      tables[7 * 256 + Int(low & 0xff)] ^ tables[6 * 256 + Int((low >> 8) & 0xff)]
      ^ tables[5 * 256 + Int((low >> 16) & 0xff)] ^ tables[4 * 256 + Int(low >> 24)]
    let second =
      tables[3 * 256 + Int(high & 0xff)] ^ tables[2 * 256 + Int((high >> 8) & 0xff)]
      ^ tables[256 + Int((high >> 16) & 0xff)] ^ tables[Int(high >> 24)]
    return first ^ second
  }
}
