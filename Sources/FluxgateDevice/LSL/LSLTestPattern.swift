/// The two samples with which every feed begins, so that both sides see that they mean the same.
///
/// Value k is k + offset + base, negated for odd k; the offsets are 4 and 2.
enum LSLTestPattern {
  static let offsets = [4, 2]
  static let seconds = 123_456.789

  /// True when the sample whose values begin at `place` is the one with `offset`.
  static func matches(
    _ span: RawSpan, _ feed: LSLFeed, seconds found: Double?, values: Int, offset: Int
  ) -> Bool {
    guard found == seconds else { return false }
    guard feed.format != .string else { return textsMatch(span, feed, at: values, offset) }
    return (0..<feed.channelCount).allSatisfy { channel in
      feed.format.bits(
        span, at: values + channel * feed.format.wireSize, isBig: feed.isBig)
        == bits(of: channel, offset, feed.format)
    }
  }

  /// The bits of value `channel`, sign-extended for integers.
  static func bits(of channel: Int, _ offset: Int, _ format: LSLFormat) -> UInt64 {
    let sign = channel % 2 == 0 ? 1 : -1
    switch format {
    case .float32: return UInt64(Float(sign * (channel + offset)).bitPattern)
    case .double64: return Double(sign * (channel + offset + 16_777_217)).bitPattern
    case .int64: return integer(channel + offset + 2_147_483_649, .max, sign)
    case .int32: return integer(channel + offset + 65_537, Int(Int32.max), sign)
    case .int16: return integer(channel + offset + 257, Int(Int16.max), sign)
    case .int8: return integer(channel + offset + 1, Int(Int8.max), sign)
    case .string: return 0
    }
  }

  /// The text of value `channel`; the same in both samples.
  static func text(of channel: Int) -> String { "\((channel + 10) * (channel % 2 == 0 ? 1 : -1))" }

  private static func integer(_ value: Int, _ limit: Int, _ sign: Int) -> UInt64 {
    UInt64(bitPattern: Int64(value % limit * sign))
  }

  private static func textsMatch(
    _ span: RawSpan, _ feed: LSLFeed, at values: Int, _ offset: Int
  ) -> Bool {
    var place = values
    for channel in 0..<feed.channelCount {
      guard case .found(let range) = feed.text(span, at: place) else { return false }
      let expected = Array(text(of: channel).utf8)
      guard range.count == expected.count,
        expected.indices.allSatisfy({ span.u8(at: range.lowerBound + $0) == expected[$0] })
      else { return false }
      place = range.upperBound
    }
    return true
  }
}
