import FluxgateSimulation
import Testing

@testable import FluxgateDevice

struct DexcomFramerTests {
  static let replies = [
    "01 06 00 01 35 d4", "01 0e 00 01 da 04 00 00 c0 05 00 00 27 85",
    "01 0e 00 01 ff ff ff ff ff ff ff ff cd 1d", "01 0a 00 01 c9 c5 d7 08 a0 9e",
    "01 0a 00 01 b7 9d ff ff 57 99", "01 0a 00 01 2c be 89 07 a9 52",
    "01 0a 00 01 9d 07 4e 01 a7 5a", "01 07 00 01 01 6c d8", "01 08 00 01 09 04 a1 8a",
  ].map(Hex.bytes)

  private func frames(of bytes: [UInt8], cutting most: Int) -> (frames: [[UInt8]], lost: Int) {
    var buffer = FrameBuffer(framer: DexcomFramer())
    var found: [[UInt8]] = []
    var lost = 0
    for start in stride(from: 0, to: bytes.count, by: most) {
      let part = Array(bytes[start..<min(start + most, bytes.count)])
      buffer.feed(
        part, count: part.count,
        frame: { frame in found.append(frame.byteOffsets.map { frame.u8(at: $0) ?? 0 }) },
        skip: { count, _ in lost += count })
    }
    return (found, lost)
  }

  @Test(arguments: replies) func `recorded replies are one frame each`(_ reply: [UInt8]) {
    #expect(frames(of: reply, cutting: 1 << 15).frames == [reply])
  }

  @Test(arguments: [1, 2, 3, 5, 64, 1000]) func `reads cut anywhere give the same`(_ most: Int) {
    let noise: [UInt8] = [0xFF, 1, 2, 0, 1, 0xFF, 0xFF, 0x55]
    let bytes = Self.replies.flatMap { noise + $0 }
    let result = frames(of: bytes, cutting: most)
    #expect(result.frames == Self.replies)
    #expect(result.lost == noise.count * Self.replies.count)
  }

  @Test func `a damaged packet costs itself only`() {
    for place in 0..<6 {
      var damaged = Self.replies[0]
      damaged[place] ^= 0x10
      let result = frames(of: damaged + Self.replies[1] + Self.replies[3], cutting: 7)
      // A length that became longer may wait for more; it then gives way to what follows.
      let rest = frames(
        of: damaged + Self.replies[1] + [UInt8](repeating: 0, count: 4096), cutting: 7)
      #expect(result.frames.isEmpty || result.frames == [Self.replies[1], Self.replies[3]])
      #expect(rest.frames == [Self.replies[1]])
    }
  }

  @Test func `a length beyond what is expected is damage at once`() {
    let expectation = DexcomExpectation()
    expectation.longestReply = 6
    var framer = DexcomFramer(expectation: expectation)
    let bytes: [UInt8] = [1, 14, 0]
    let verdict = framer.judge(bytes.span.bytes)
    #expect(verdict == .skip(byteCount: 1, .badLength(14)))
  }

  @Test(.enabled(if: DexcomFixture.isThere, "shared fixtures are not beside the package"))
  func `a recorded page reply is one frame`() throws {
    let reply = try DexcomFixture.reply1416()
    #expect(reply.count == 534)
    #expect(frames(of: reply, cutting: 64).frames == [reply])
  }

  @Test func `random bytes give no wrong verdict`() {
    var random = SeededRandom(seed: 5)
    for _ in 0..<50 {
      let bytes = (0..<5000).map { _ in UInt8(truncatingIfNeeded: random.next() % 6) }
      let result = frames(of: bytes, cutting: 333)
      #expect(result.frames.allSatisfy { CRC16.closes($0.span.bytes) })
    }
  }
}
