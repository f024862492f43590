import FluxgateDevice
import FluxgateSimulation
import Testing

@Suite struct TioFramerTests {
  struct Cut: Equatable {
    var frames: [[UInt8]] = []
    var skipped = 0
  }

  private func cut(_ bytes: [UInt8], every count: Int = 4096, bare: Bool = false) -> Cut {
    var buffer = FrameBuffer(framer: bare ? TioPacketFramer() : TioFramer())
    var found = Cut()
    for start in stride(from: 0, to: bytes.count, by: count) {
      let part = Array(bytes[start..<min(start + count, bytes.count)])
      buffer.feed(
        part, count: part.count,
        frame: { frame in
          found.frames.append((0..<frame.byteCount).compactMap { frame.u8(at: $0) })
        }, skip: { count, _ in found.skipped += count })
    }
    return found
  }

  private let good = TioVectors.wrapped.map(\.wire)

  @Test("packets come out one by one, with one END or two between them")
  func packets() {
    let doubled = cut(good.flatMap { $0 })
    let single = cut([0xC0] + good.flatMap { $0.dropFirst() })
    #expect(doubled.frames == good.map { Array($0.dropFirst()) })
    #expect(doubled == single)
    #expect(doubled.skipped == 0)
  }

  @Test("zeros of the line's opening and lines of text lose no packet")
  func textAndZeros() {
    let text = Array("boot: ok\r\nx\n".utf8)
    let found = cut([0, 0, 0] + text + good[1] + Array("late\r".utf8) + good[2])
    #expect(
      found.frames == [
        Array("boot: ok\r".utf8), Array("x\n".utf8), Array(good[1].dropFirst()),
        Array("late\r".utf8), Array(good[2].dropFirst()),
      ])
    #expect(found.skipped == 0)
  }

  @Test("any changed byte costs at most two packets beside each other and never another")
  func changedByte() {
    let line = good[0] + good[1] + good[2]
    for place in line.indices {
      for change in [1, 0x80, 0xFF] as [UInt8] {
        var damaged = line
        damaged[place] ^= change
        let found = cut(good[3] + damaged + good[4]).frames
        #expect(found.first == Array(good[3].dropFirst()))
        #expect(found.last == Array(good[4].dropFirst()))
        #expect(found.count >= 4)
      }
    }
  }

  @Test("too short and too long frames are skipped, and the next one is read")
  func lengths() {
    let short: [UInt8] = [0xC0, 5, 0, 0, 0, 1, 2, 3, 0xC0]
    let long = [0xC0] + [UInt8](repeating: 0x81, count: 5000) + [0xC0]
    let found = cut(short + long + good[0])
    #expect(found.frames == [Array(good[0].dropFirst())])
    #expect(found.skipped == 7 + 5000)
  }

  @Test("random bytes with packets between them are cut the same however reads are cut")
  func anyBytes() {
    for seed in 1...20 as ClosedRange<UInt64> {
      var random = SeededRandom(seed: seed)
      var line: [UInt8] = []
      for _ in 0..<30 {
        let count = Int(random.next() % 1500)
        line += (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) } + [0xC0]
        line += good[Int(random.next() % UInt64(good.count))]
      }
      let whole = cut(line)
      #expect(whole.frames.count >= 30)
      #expect(cut(line, every: 1) == whole)
      #expect(cut(line, every: 13) == whole)
    }
  }

  @Test("bare packets are cut by their lengths")
  func bare() {
    let packets = TioVectors.checked.map(\.packet)
    for every in [1, 3, 4096] {
      let found = cut(packets.flatMap { $0 }, every: every, bare: true)
      #expect(found == Cut(frames: packets, skipped: 0))
    }
  }
}
