import FluxgateSignal
import FluxgateTransport
import Testing

struct ReplayTransportTests {
  private static func at(_ milliseconds: Int64) -> HostTime {
    HostTime(nanoseconds: 1_700_000_000_000_000_000 + milliseconds * 1_000_000)
  }

  private static let story: [CaptureRecord] = [
    CaptureRecord(time: at(0), event: .opened),
    CaptureRecord(time: at(0), event: .sent([1, 2, 3])),
    CaptureRecord(time: at(10), event: .received([10, 11, 12])),
    CaptureRecord(time: at(20), event: .lost),
    CaptureRecord(time: at(700), event: .opened),
    CaptureRecord(time: at(710), event: .received([13])),
    CaptureRecord(time: at(720), event: .closed),
  ]

  private struct Taken: Equatable {
    var bytes: [UInt8]
    var time: HostTime

    init(bytes: [UInt8], at milliseconds: Int64) {
      self.bytes = bytes
      time = ReplayTransportTests.at(milliseconds)
    }
  }

  @discardableResult
  private static func read(
    _ link: ReplayTransport, _ deadline: Int64, room: Int = 8
  ) throws -> Taken {
    var buffer = [UInt8](repeating: 0, count: room)
    let arrival = try link.read(into: &buffer, until: at(deadline))
    var taken = Taken(bytes: Array(buffer.prefix(arrival.byteCount)), at: 0)
    taken.time = arrival.time
    return taken
  }

  /// The open file outlives its name.
  private func replay(
    _ records: [CaptureRecord] = story, speed: Double? = nil
  ) throws -> ReplayTransport {
    let file = ScratchFile()
    try CaptureWriterTests.write(records, .serial, to: file.path)
    return try ReplayTransport(path: file.path, interface: "opm-left", speed: speed)
  }

  @Test func `bytes, losses, openings and the end come at the captured times`() throws {
    let link = try replay()
    #expect(link.now == Self.at(0))
    try link.write([1])
    try link.write([2, 3])
    #expect(try Self.read(link, 9) == Taken(bytes: [], at: 9))
    #expect(try Self.read(link, 99) == Taken(bytes: [10, 11, 12], at: 10))
    #expect(throws: TransportError.disconnected(errno: 0)) {
      try Self.read(link, 99)
    }
    #expect(link.now == Self.at(20))
    #expect(throws: TransportError.cannotOpen(name: link.name, errno: 2)) {
      _ = try link.reopen(at: Self.at(520))
    }
    _ = try link.reopen(at: Self.at(1020))
    #expect(link.now == Self.at(700))
    #expect(try Self.read(link, 800) == Taken(bytes: [13], at: 710))
    #expect(throws: TransportError.endOfCapture) {
      try Self.read(link, 800)
    }
    #expect(link.differences == SentDifferences())
  }

  @Test func `other bytes than those captured are counted, with the first place`() throws {
    let link = try replay()
    try link.write([1, 9, 9, 9])
    _ = try Self.read(link, 99)
    _ = try? Self.read(link, 99)
    #expect(link.differences.firstOffset == 1)
    #expect(link.differences.count == 3)
  }

  @Test func `bytes that were sent then and not now are counted`() throws {
    let link = try replay()
    try link.write([1])
    _ = try Self.read(link, 99)
    _ = try? Self.read(link, 99)
    #expect(link.differences.firstOffset == 1)
    #expect(link.differences.count == 2)
  }

  @Test func `a write that met the loss meets it again`() throws {
    let link = try replay([Self.story[0], Self.story[2], Self.story[3]])
    _ = try Self.read(link, 99)
    #expect(throws: TransportError.disconnected(errno: 0)) { try link.write([5]) }
    #expect(link.now == Self.at(20))
    #expect(link.differences.count == 0)
  }

  @Test func `short reads lose nothing`() throws {
    let link = try replay()
    #expect(try Self.read(link, 99, room: 2) == Taken(bytes: [10, 11], at: 10))
    #expect(try Self.read(link, 99, room: 2) == Taken(bytes: [12], at: 10))
  }

  @Test func `a paced replay takes its time and an unpaced one takes none`() throws {
    for (speed, least) in [(1.0, 9), (5.0, 2)] {
      let link = try replay(speed: speed)
      let start = HostClock.now
      #expect(try Self.read(link, 99).time == Self.at(10))
      let passed = HostClock.now.since(start)
      #expect(passed >= .milliseconds(Int64(least)) - 500_000)
      #expect(passed < .milliseconds(Int64(least) + 200))
    }
  }

  @Test func `a capture cut short gives all its bytes before the error`() throws {
    let file = ScratchFile()
    try CaptureWriterTests.write(Array(Self.story.prefix(3)), .serial, to: file.path)
    file.bytes += [6, 0, 0, 0, 44]
    let size = file.bytes.count
    let link = try ReplayTransport(path: file.path, interface: nil, speed: nil)
    #expect(try Self.read(link, 99).bytes.count == 3)
    #expect(throws: TransportError.damagedCapture(offset: size - 5, .truncated)) {
      try Self.read(link, 99)
    }
  }
}
