import FluxgateDevice
import FluxgateSignal
import FluxgateSimulation
import FluxgateTransport
import Testing

/// A virtual device of lines read by its shipped profile on a virtual clock.
final class LineBench {
  let device: any VirtualDevice
  let board = DeviceBoard(name: "bench")
  private(set) var streams: [CollectedStream] = []

  init(
    _ device: any VirtualDevice, profile: String, seconds: Double, mostPerRead: Int = .max
  ) throws {
    self.device = device
    let start = HostTime(nanoseconds: 1_000_000_000_000_000_000)
    let clock = BenchClock(now: start, end: start.advanced(by: Int64(seconds * 1e9)))
    let open = BenchTransport.opener(device, clock: clock, mostPerRead: mostPerRead)
    let tapped = { [unowned self] (time: HostTime) throws(TransportError) -> any Transport in
      TappedTransport(try open(time)) { self.drain() }
    }
    let profile = try FrameProfiles.named(profile)
    let driver = DriverTable.make(profile, DriverSetup(category: profile.category))
    let acquisition = Acquisition(driver: driver, board: board, open: tapped)
    acquisition.run(link: try tapped(clock.now), until: StopFlag(), pause: { _ in })
    drain()
  }

  private func drain() {
    if streams.isEmpty, let announcement = board.announcement {
      streams = announcement.outlets.map(CollectedStream.init)
    }
    for stream in streams { stream.drain() }
  }

  var field: CollectedStream { get throws { try #require(streams.first) } }
  var refusal: DeviceRefusal? { board.refusals.all.first }
  func lost(_ reason: DiscontinuityReason) throws -> UInt64 {
    try field.stream.counters.lostRows(reason)
  }

  struct Told: Equatable {
    var label: String
    var sample: Int64
    var duration: Int64
    var value: String
  }

  /// Events of one kind, in order.
  func events(_ kind: EventKind) throws -> [Told] {
    let rows = try #require(streams.last).rows
    let numbers = stride(from: 0, to: rows.count, by: 8).map { place in
      rows[place..<place + 8].reversed().reduce(Int64(0)) { $0 << 8 | Int64($1) }
    }
    return stride(from: 0, to: numbers.count, by: EventColumn.channels.count).map {
      Array(numbers[$0..<$0 + EventColumn.channels.count])
    }.filter { $0[EventColumn.kind.rawValue] == kind.rawValue }.map(told)
  }

  private func told(_ row: [Int64]) -> Told {
    let bits = row[EventColumn.value.rawValue]
    let value =
      switch row[EventColumn.valueTag.rawValue] {
      case 0: ""
      case 1: "\(bits)"
      case 2: "\(Double(bitPattern: UInt64(bitPattern: bits)))"
      default: board.labels[Int(bits)]
      }
    return Told(
      label: board.labels[Int(row[EventColumn.label.rawValue])],
      sample: row[EventColumn.sample.rawValue], duration: row[EventColumn.duration.rawValue],
      value: value)
  }

  /// Every stored row is one that the device made, in its order.
  func storedRowsAreTrue() throws -> Bool {
    let (found, truth) = (try field, device.truth[0])
    let width = truth.channelCount * truth.sampleType.byteCount
    var next = 0
    for place in 0..<found.numbers.count {
      let row = found.rows[place * width..<(place + 1) * width]
      while next < truth.rowCount, truth.rows[next * width..<(next + 1) * width] != row {
        next += 1
      }
      guard next < truth.rowCount else { return false }
      next += 1
    }
    return true
  }

  /// Rows that are neither stored nor lost, or that are counted twice.
  func imbalance() throws -> Int {
    try field.numbers.count + Int(field.lost) - device.truth[0].rowCount
  }
}
