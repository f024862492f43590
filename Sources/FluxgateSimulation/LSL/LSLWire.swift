/// Samples as an outlet puts them on the wire.
struct LSLWire {
  let format: LSLOutletSettings.Format
  let isBig: Bool

  func head(seconds: Double?) -> [UInt8] {
    guard let seconds else { return [1] }
    return [2] + ordered(seconds.bitPattern, count: 8)
  }

  /// One value of a row of numbers.
  func value(_ femtotesla: Double) -> [UInt8] {
    ordered(bits(femtotesla), count: format.wireSize)
  }

  /// The same value as a recording keeps it: little-endian, int8 widened.
  func kept(_ femtotesla: Double) -> [UInt8] {
    let bits = bits(femtotesla)
    let count = format == .int8 ? 2 : format.wireSize
    return (0..<count).map { UInt8(truncatingIfNeeded: bits >> UInt64(8 * $0)) }
  }

  func text(_ text: String) -> [UInt8] {
    let bytes = Array(text.utf8)
    guard bytes.count > 255 else { return [1, UInt8(bytes.count)] + bytes }
    return [4] + ordered(UInt64(bytes.count), count: 4) + bytes
  }

  /// The two samples that every feed begins with; a damaged pattern is wrong in its last value.
  func testPattern(channelCount: Int, isDamaged: Bool) -> [UInt8] {
    [4, 2].flatMap { offset -> [UInt8] in
      head(seconds: 123_456.789)
        + (0..<channelCount).flatMap { channel -> [UInt8] in
          let wrong = isDamaged && offset == 2 && channel == channelCount - 1 ? 1 : 0
          return patternValue(channel, offset + wrong)
        }
    }
  }

  private func patternValue(_ channel: Int, _ offset: Int) -> [UInt8] {
    let sign = channel % 2 == 0 ? 1 : -1
    let integer = { (base: Int, limit: Int) in
      UInt64(bitPattern: Int64((channel + offset + base) % limit * sign))
    }
    switch format {
    // Texts are the same in both samples; a damaged one has another number.
    case .string: return text("\((channel + 10 + (offset > 2 && offset < 4 ? 1 : 0)) * sign)")
    case .float32: return ordered(UInt64(Float((channel + offset) * sign).bitPattern), count: 4)
    case .double64:
      return ordered(Double((channel + offset + 16_777_217) * sign).bitPattern, count: 8)
    case .int32: return ordered(integer(65_537, Int(Int32.max)), count: 4)
    case .int16: return ordered(integer(257, Int(Int16.max)), count: 2)
    case .int8: return ordered(integer(1, Int(Int8.max)), count: 1)
    case .int64: return ordered(integer(2_147_483_649, .max), count: 8)
    }
  }

  private func bits(_ femtotesla: Double) -> UInt64 {
    switch format {
    case .float32: return UInt64(Float(femtotesla).bitPattern)
    case .double64: return femtotesla.bitPattern
    case .int8: return whole(femtotesla / 32, limit: 127)
    case .int16: return whole(femtotesla, limit: 32_767)
    case .int32, .int64, .string: return whole(femtotesla * 100, limit: 2_000_000_000)
    }
  }

  private func whole(_ value: Double, limit: Double) -> UInt64 {
    UInt64(bitPattern: Int64(max(-limit, min(limit, value)).rounded()))
  }

  private func ordered(_ bits: UInt64, count: Int) -> [UInt8] {
    (0..<count).map { place in
      UInt8(truncatingIfNeeded: bits >> UInt64(8 * (isBig ? count - 1 - place : place)))
    }
  }
}
