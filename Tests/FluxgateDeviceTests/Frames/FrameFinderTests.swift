import FluxgateSimulation
import Testing

@testable import FluxgateDevice

/// The finder alone, with the Cyton's frames: 33 bytes, A0 to C0..C6, a counter of eight bits.
struct FrameFinderTests {
  private static func format(_ name: String) throws -> FrameFormat {
    try #require(try FrameProfiles.named(name).frames)
  }

  /// A frame whose data are `fill` throughout.
  private static func frame(_ counter: Int, fill: UInt8 = 0, end: UInt8 = 0xC0) -> [UInt8] {
    [0xA0, UInt8(counter & 0xFF)] + [UInt8](repeating: fill, count: 30) + [end]
  }

  private func find(
    _ bytes: [UInt8], _ name: String = "openbci-cyton", most: Int = 1 << 15
  ) throws -> (frames: [[UInt8]], skipped: Int) {
    var buffer = FrameBuffer(framer: FrameFinder(try Self.format(name)))
    var frames: [[UInt8]] = []
    var skipped = 0
    let take = { (frame: RawSpan) in
      frames.append(frame.byteOffsets.map { frame.u8(at: $0) ?? 0 })
    }
    let skip = { (count: Int, _: FramingFault) in skipped += count }
    for start in stride(from: 0, to: bytes.count, by: most) {
      let part = Array(bytes[start..<min(start + most, bytes.count)])
      buffer.feed(part, count: part.count, frame: take, skip: skip)
    }
    buffer.finish(frame: take, skip: skip)
    return (frames, skipped)
  }

  @Test(arguments: [1, 2, 32, 33, 34, 1000])
  func `noise before, between and after costs no frame`(most: Int) throws {
    let noises: [[UInt8]] = [
      [1, 2, 3], [0xA0], [0xA0, 0xA0, 0xC0], [UInt8](repeating: 0xA0, count: 40),
      [UInt8](repeating: 0xC0, count: 70), Array("OpenBCI$$$".utf8),
    ]
    for noise in noises {
      let frames = (0..<12).map { Self.frame($0, fill: 0x11) }
      let found = try find(noise + frames.flatMap { $0 + noise }, most: most)
      #expect(found.frames == frames, "\(noise)")
      // The beginning of a frame at the very end is neither a frame nor noise.
      #expect((12 * noise.count...13 * noise.count).contains(found.skipped))
    }
  }

  @Test(arguments: [1, 7, 1000]) func `sync and end bytes in the data mislead nobody`(most: Int)
    throws
  {
    for fill: UInt8 in [0xA0, 0xC0, 0xC6] {
      let frames = (250..<262).map { Self.frame($0, fill: fill) }
      #expect(try find(frames.flatMap { $0 }, most: most).frames == frames)
      // The same with a beginning in the middle of a frame: that one is lost, none after it.
      for start in 1..<33 {
        let found = try find(Array(frames.flatMap { $0 }.dropFirst(start)), most: most)
        #expect(found.frames == Array(frames.dropFirst()), "\(fill), from \(start)")
      }
    }
  }

  /// Data that look like frames at every place but the right one: only the counter tells.
  @Test func `a false sync that repeats itself is not followed`() throws {
    let frames = (0..<20).map { counter in
      var frame = Self.frame(counter)
      (frame[10], frame[9], frame[11]) = (0xA0, 0xC3, 0x20)
      return frame
    }
    for start in 1..<33 {
      let found = try find(Array(frames.flatMap { $0 }.dropFirst(start)))
      #expect(found.frames == Array(frames.dropFirst()), "from \(start)")
    }
  }

  @Test func `a damaged or shortened frame costs itself only`() throws {
    let frames = (0..<8).map { Self.frame($0, fill: UInt8($0) &* 37) }
    for place in [0, 1, 32] {
      var damaged = frames
      damaged[3][place] ^= 0x15
      #expect(
        try find(damaged.flatMap { $0 }).frames == Array(frames[..<3] + frames[4...]), "\(place)")
    }
    for count in 1..<33 {
      var cut = frames
      cut[3].removeSubrange(5..<min(5 + count, 33))
      #expect(
        try find(cut.flatMap { $0 }).frames == Array(frames[..<3] + frames[4...]), "-\(count)")
    }
    for count in [1, 5, 31, 33, 40] {
      var long = frames
      long[3].insert(contentsOf: [UInt8](repeating: 0xA0, count: count), at: 9)
      #expect(
        try find(long.flatMap { $0 }).frames == Array(frames[..<3] + frames[4...]), "+\(count)")
    }
  }

  @Test func `every second frame missing costs no other`() throws {
    let frames = stride(from: 0, to: 60, by: 2).map { Self.frame($0, fill: 0xA0) }
    #expect(try find(frames.flatMap { $0 }, most: 1).frames == frames)
  }

  @Test func `the last frame is found though none follows`() throws {
    let frame = Self.frame(9)
    #expect(try find([5] + frame).frames == [frame])
    #expect(try find([5] + frame.dropLast()).frames.isEmpty)
  }

  @Test func `a frame that counts on is given at once, without waiting for the next`() throws {
    var buffer = FrameBuffer(framer: FrameFinder(try Self.format("openbci-cyton")))
    var counts: [Int] = []
    for counter in 0..<4 {
      var count = 0
      let bytes = Self.frame(counter)
      buffer.feed(bytes, count: bytes.count, frame: { _ in count += 1 }, skip: { _, _ in })
      counts.append(count)
    }
    #expect(counts == [0, 2, 1, 1])
  }

  @Test func `a checksum alone decides`() throws {
    let good = try #require(FrameProfiles.named("ads1299-board").examples.first).bytes
    for place in 0..<good.count {
      var bad = good
      bad[place] ^= 0x40
      let found = try find(good + bad + good, "ads1299-board")
      #expect(found.frames == [good, good])
      #expect(found.skipped == good.count)
    }
  }

  @Test func `random bytes give no frame that fails its own checks`() throws {
    var random = SeededRandom(seed: 3)
    let choices: [UInt8] = [0xA0, 0xC0, 0xC6, 0x00, 0x01, 0xA5, 0x5A]
    for round in 0..<40 {
      let name = ["openbci-cyton", "openbci-cyton-daisy", "ads1299-board", "freeeeg32"][round % 4]
      let bytes = (0..<4000).map { _ in choices[Int(random.next() % 7)] }
      let one = try find(bytes, name, most: 1)
      let all = try find(bytes, name)
      #expect(one.frames == all.frames)
      #expect(one.skipped == all.skipped)
      if name.hasPrefix("openbci") {
        #expect(all.frames.allSatisfy { $0[0] == 0xA0 && (0xC0...0xC6).contains($0[32]) })
      }
    }
  }
}
