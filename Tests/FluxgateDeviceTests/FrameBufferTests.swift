import FluxgateDevice
import Testing

@Suite struct FrameBufferTests {
  /// Frames of a mark, a length and so many bytes; a mark of zero is harmless filling.
  private struct MarkFramer: Framer {
    let longestFrame = 40

    mutating func judge(_ bytes: RawSpan) -> FrameVerdict {
      guard let mark = bytes.u8(at: 0) else { return .needMore(atLeast: 1) }
      if mark == 0 { return .skip(byteCount: 1, nil) }
      guard mark == 0xA5 else { return .skip(byteCount: 1, .noise) }
      guard let length = bytes.u8(at: 1) else { return .needMore(atLeast: 2) }
      guard length <= 38 else { return .skip(byteCount: 2, .badLength(Int(length))) }
      let count = 2 + Int(length)
      return bytes.byteCount < count ? .needMore(atLeast: count) : .frame(byteCount: count)
    }

    mutating func reset() {}
  }

  private enum Seen: Equatable {
    case frame([UInt8])
    case skip(Int, FramingFault)
  }

  private func feed(_ bytes: [UInt8], _ buffer: inout FrameBuffer) -> [Seen] {
    var seen: [Seen] = []
    buffer.feed(bytes, count: bytes.count) { frame in
      seen.append(.frame((0..<frame.byteCount).compactMap { frame.u8(at: $0) }))
    } skip: { count, fault in
      seen.append(.skip(count, fault))
    }
    return seen
  }

  private func read(_ bytes: [UInt8], cutAfter cuts: [Int]) -> [Seen] {
    var buffer = FrameBuffer(framer: MarkFramer())
    var start = 0
    return (cuts + [bytes.count]).flatMap { end in
      defer { start = end }
      return feed(Array(bytes[start..<end]), &buffer)
    }
  }

  private static let stream: [UInt8] =
    [0xA5, 3, 1, 2, 3, 0, 0, 7, 0xA5, 0, 0xA5, 200, 0xA5, 38] + [UInt8](1...38) + [0xA5, 1, 0xA5]

  private static let expected: [Seen] = [
    .frame([0xA5, 3, 1, 2, 3]), .skip(1, .noise), .frame([0xA5, 0]), .skip(2, .badLength(200)),
    .frame([0xA5, 38] + [UInt8](1...38)), .frame([0xA5, 1, 0xA5]),
  ]

  @Test func findsFramesFillingAndNoise() {
    #expect(read(Self.stream, cutAfter: []) == Self.expected)
  }

  @Test func theSameFramesHoweverTheReadsWereCut() {
    for first in 0...Self.stream.count {
      for second in first...Self.stream.count {
        #expect(read(Self.stream, cutAfter: [first, second]) == Self.expected)
      }
    }
    #expect(read(Self.stream, cutAfter: Array(1..<Self.stream.count)) == Self.expected)
  }

  @Test func theSameFramesAcrossTheBuffersEnd() {
    var buffer = FrameBuffer(framer: MarkFramer())
    let whole = [[UInt8]](repeating: Self.stream, count: 3000).flatMap { $0 }
    var seen: [Seen] = []
    for start in stride(from: 0, to: whole.count, by: 997) {
      seen += feed(Array(whole[start..<min(start + 997, whole.count)]), &buffer)
    }
    #expect(seen == [[Seen]](repeating: Self.expected, count: 3000).flatMap { $0 })
  }

  @Test func theLargestReadAlwaysFits() {
    var buffer = FrameBuffer(framer: MarkFramer())
    let most = [UInt8](repeating: 0, count: FrameBuffer.mostFed - 1) + [0xA5]
    for _ in 0..<4 { #expect(feed(most, &buffer).allSatisfy { $0 != .skip(1, .noise) }) }
  }

  @Test func aResetForgetsHalfAFrame() {
    var buffer = FrameBuffer(framer: MarkFramer())
    #expect(feed([0xA5, 9, 1, 2], &buffer) == [])
    buffer.reset()
    #expect(feed([0xA5, 1, 8], &buffer) == [.frame([0xA5, 1, 8])])
  }
}
