import FluxgateSignal
import Testing

@testable import FluxgateDevice

struct BioSemiFramerTests {
  private let mode = BioSemiMode(speed: 7, isMark2: true)
  private let sync: [UInt8] = [0x00, 0xFF, 0xFF, 0xFF]
  private let status: [UInt8] = [0x00, 0x00, 0x00, 0x9E]

  private func sweep(_ fill: UInt8 = 0x11) -> [UInt8] {
    sync + status
      + (2..<(mode.wordCount ?? 0)).flatMap { _ in [0x00, fill, 0x22, 0x33] as [UInt8] }
  }

  private func frames(_ bytes: [UInt8]) -> (frames: [Int], skipped: Int) {
    var buffer = FrameBuffer(framer: BioSemiFramer())
    var frames: [Int] = []
    var skipped = 0
    for piece in stride(from: 0, to: bytes.count, by: 700) {
      let part = Array(bytes[piece..<min(piece + 700, bytes.count)])
      buffer.feed(
        part, count: part.count, frame: { frames.append($0.byteCount) },
        skip: {
          skipped += $0
          _ = $1
        })
    }
    return (frames, skipped)
  }

  /// The constructed vectors of the facts page.
  @Test func `words of the vectors`() {
    let bytes: [UInt8] = [
      0x00, 0x00, 0x00, 0x9C, 0x00, 0x45, 0x23, 0x01, 0x00, 0x00, 0x00, 0x80, 0x00, 0xFF, 0xFF,
      0xFF,
    ]
    let status = BioSemiStatus(word: bytes.span.bytes.u32(at: 0) ?? 0)
    #expect(status.bits == 0x9C0000)
    #expect(status.isMark2 && status.isInRange && !status.isBatteryLow && status.triggers == 0)
    #expect(status.speed == 6)
    let codes = [1, 2, 3].map { bytes.span.bytes.i24(at: $0 * 4 + 1) ?? 0 }
    #expect(codes == [74565, -8_388_608, -1])
    let microvolts = codes.map { Double($0) * BioSemiStreams.voltPerCode * 1e6 }
    #expect(abs(microvolts[0] - 2330.15625) < 1e-9)
    #expect(abs(microvolts[1] + 262_144) < 1e-6)
    #expect(abs(microvolts[2] + 0.03125) < 1e-12)
  }

  @Test func `the table of modes`() {
    func row(_ speed: Int, _ mark2: Bool) -> [Int] {
      let mode = BioSemiMode(speed: speed, isMark2: mark2)
      return [mode.wordCount ?? 0, Int(mode.rate), mode.runs.last?.words.upperBound ?? 0]
    }
    #expect(
      (0...8).map { row($0, false) } == [
        [258, 2048, 258], [130, 4096, 130], [66, 8192, 66], [34, 16384, 34], [258, 2048, 258],
        [130, 4096, 130], [66, 8192, 66], [34, 16384, 34], [290, 2048, 290],
      ])
    #expect(
      (0...8).map { row($0, true) } == [
        [610, 2048, 610], [610, 2048, 610], [610, 2048, 610], [610, 2048, 610], [282, 2048, 282],
        [154, 4096, 154], [90, 8192, 90], [58, 16384, 58], [314, 2048, 314],
      ])
    #expect(BioSemiMode(speed: 9, isMark2: true).wordCount == nil)
  }

  @Test func `all but the last sweep are confirmed, whatever is before them`() {
    let noise: [UInt8] = [0xFF, 0xFF, 0x00, 0xFF, 0xFF, 0x00, 0x01]
    let stream = noise + (0..<20).flatMap { _ in sweep() }
    let found = frames(stream)
    #expect(found.skipped == noise.count)
    #expect(found.frames.reduce(0, +) == 19 * sweep().count)
  }

  @Test func `a single sync word proves nothing`() {
    // Every channel reads -1 code but one that imitates a status word of another mode.
    let words = mode.wordCount ?? 0
    let channels = (3..<words).flatMap { _ in sync }
    let odd = sync + status + [0x00, 0x00, 0x00, 0x96] + channels
    let tail = Array(odd[20...])
    let found = frames(tail + (0..<12).flatMap { _ in odd })
    #expect(found.skipped == tail.count)
    #expect(found.frames.reduce(0, +) == 11 * odd.count)
  }

  @Test func `a damaged sync word costs one sweep`() {
    var bad = sweep()
    bad[2] = 0
    let stream = (0..<6).flatMap { _ in sweep() } + bad + (0..<6).flatMap { _ in sweep() }
    let found = frames(stream)
    #expect(found.skipped == bad.count)
    #expect(found.frames.reduce(0, +) == 11 * bad.count)
  }

  @Test func `random bytes end`() {
    for seed in 1...20 as ClosedRange<UInt64> {
      var random = SeededBytes(seed: seed)
      // Many bytes of sync words, so that the search has candidates.
      let stream = (0..<40_000).map { _ in
        [0x00, 0xFF, 0xFF, 0xFF, 0x9E, random.next()][Int(random.next() % 6)]
      }
      _ = frames(stream)
    }
  }

  @Test func `lost packets allow one count in 64, and the clock chooses`() {
    // Mk2 speed 5: 616 bytes a sweep.
    let sweep = 616
    for lost in [1, 3, 40, 130] {
      let gone = lost * 512
      let first = 100
      let whole = (first + gone + sweep - 1) / sweep
      let skipped = whole * sweep - gone
      let gap = BioSemiGap(lateness: Double(whole) + 2.6, skipped: skipped, sweepBytes: sweep)
      #expect(gap == BioSemiGap(lateness: Double(whole) - 5, skipped: skipped, sweepBytes: sweep))
      #expect(gap.missing == UInt64(whole) && gap.reason == .estimatedGap)
    }
  }

  @Test func `sweeps that came and could not be read are exact, a lost link is the clock's`() {
    let came = BioSemiGap(lateness: 0.3, skipped: 1232, sweepBytes: 616)
    #expect(came.missing == 2 && came.reason == .corrupted)
    let link = BioSemiGap(lateness: 1000.4, skipped: nil, sweepBytes: 616)
    #expect(link.missing == 1000 && link.reason == .estimatedGap)
    #expect(BioSemiGap(lateness: -3, skipped: 0, sweepBytes: 616).missing == 0)
    #expect(BioSemiGap(lateness: .infinity, skipped: 1, sweepBytes: 616).missing < 1 << 60)
  }
}

/// Bytes of a linear congruential generator: the same everywhere.
struct SeededBytes {
  private var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt8 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return UInt8(truncatingIfNeeded: state >> 56)
  }
}
