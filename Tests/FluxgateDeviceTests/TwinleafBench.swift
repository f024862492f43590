import FluxgateDevice
import FluxgateSignal
import FluxgateSimulation
import FluxgateTransport
import Testing

/// What came out of one stream's ring, by sample number.
final class CollectedStream {
  struct Gap: Equatable {
    var sample: UInt64
    var reason: DiscontinuityReason
    var missing: UInt64
  }

  let stream: AnnouncedStream
  private var reader: BlockRing.Reader
  private(set) var numbers: [UInt64] = []
  private(set) var rows: [UInt8] = []
  private(set) var gaps: [Gap] = []
  private(set) var blockTimes: [(sample: UInt64, last: HostTime)] = []

  init(_ stream: AnnouncedStream) {
    self.stream = stream
    reader = stream.ring.claimReader()
  }

  func drain() { while take() {} }

  private func take() -> Bool {
    reader.consume { block in
      let header = block.header
      var number = header.firstSample
      var gap = 0
      for row in 0..<block.rowCount {
        while gap < header.discontinuityCount, header[discontinuity: gap].row == UInt32(row) {
          let found = header[discontinuity: gap]
          if row > 0 { number += found.missing }
          gaps.append(Gap(sample: number, reason: found.reason, missing: found.missing))
          gap += 1
        }
        numbers.append(number)
        number += 1
      }
      for index in 0..<block.rows.byteCount { rows.append(block.rows.u8(at: index) ?? 0) }
      if block.rowCount > 0 { blockTimes.append((number - 1, header.lastTime)) }
    }
  }

  var lost: UInt64 { stream.counters.lostRows }
}

/// Calls `tap` before each read, so that rings are drained while the bench runs.
final class TappedTransport: Transport {
  let inner: any Transport
  let tap: () -> Void

  init(_ inner: any Transport, tap: @escaping () -> Void) {
    self.inner = inner
    self.tap = tap
  }

  var name: String { inner.name }
  var now: HostTime { inner.now }

  func read(into buffer: inout [UInt8], until deadline: HostTime) throws(TransportError) -> Arrival
  {
    tap()
    return try inner.read(into: &buffer, until: deadline)
  }

  func write(_ bytes: [UInt8]) throws(TransportError) { try inner.write(bytes) }
}

/// A virtual magnetometer read by the real driver on a virtual clock.
final class TwinleafBench {
  let device: VirtualTwinleaf
  let board = DeviceBoard(name: "bench")
  private(set) var streams: [CollectedStream] = []

  init(
    _ settings: VirtualTwinleaf.Settings, seconds: Int64, mostPerRead: Int = .max,
    framing: String = "serial"
  ) throws {
    device = VirtualTwinleaf(settings)
    let start = HostTime(nanoseconds: 1_000_000_000_000_000_000)
    let clock = BenchClock(now: start, end: start.advanced(by: .seconds(seconds)))
    let open = BenchTransport.opener(device, clock: clock, mostPerRead: mostPerRead)
    let tapped = { [unowned self] (time: HostTime) throws(TransportError) -> any Transport in
      TappedTransport(try open(time)) { self.drain() }
    }
    let driver = TwinleafDriver.make(
      DriverSetup(category: .cardiac, settings: ["framing": framing]))
    let acquisition = Acquisition(driver: driver, board: board, open: tapped)
    acquisition.run(link: try tapped(clock.now), until: StopFlag(), pause: { _ in })
    drain()
  }

  func drain() {
    if streams.isEmpty, let announcement = board.announcement {
      streams = announcement.outlets.map(CollectedStream.init)
    }
    for stream in streams { stream.drain() }
  }

  subscript(name: String) -> CollectedStream {
    get throws { try #require(streams.first { $0.stream.description.name == name }) }
  }

  var events: [String] {
    guard let stream = streams.last else { return [] }
    let width = EventColumn.channels.count
    return stride(from: 0, to: stream.rows.count / 8, by: width).map { row in
      let start = (row + EventColumn.label.rawValue) * 8
      let number = stream.rows[start..<start + 8].reversed().reduce(0) { $0 << 8 | Int($1) }
      return board.labels[number]
    }
  }

  /// Every stored row is the one the device made under that number, and nothing is unaccounted for.
  func expectComplete(sourceLocation: SourceLocation = #_sourceLocation) throws {
    #expect(streams.count == device.truth.count + 1, sourceLocation: sourceLocation)
    for truth in device.truth {
      let found = try self[truth.name]
      let width = truth.channelCount * truth.sampleType.byteCount
      #expect(found.stream.description.sampleType == truth.sampleType)
      var wrong = 0
      for (place, number) in found.numbers.enumerated() {
        guard number < UInt64(truth.rowCount) else {
          wrong += 1
          continue
        }
        let stored = found.rows[place * width..<(place + 1) * width]
        let made = truth.rows[Int(number) * width..<(Int(number) + 1) * width]
        if stored != made { wrong += 1 }
      }
      #expect(wrong == 0, "\(truth.name)", sourceLocation: sourceLocation)
      #expect(
        UInt64(found.numbers.count) + found.lost == UInt64(truth.rowCount), "\(truth.name)",
        sourceLocation: sourceLocation)
      #expect(found.numbers.count > 0, sourceLocation: sourceLocation)
    }
  }
}
