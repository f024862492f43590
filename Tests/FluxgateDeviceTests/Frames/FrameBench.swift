import FluxgateDevice
import FluxgateSignal
import FluxgateSimulation
import FluxgateTransport
import Testing

/// A virtual board read by its shipped profile on a virtual clock.
final class FrameBench {
  let device: VirtualCyton
  let board = DeviceBoard(name: "bench")
  private(set) var streams: [CollectedStream] = []

  static func profile(_ model: BoardModel) -> String {
    switch model {
    case .cyton: "openbci-cyton"
    case .cytonDaisy: "openbci-cyton-daisy"
    case .adsBoard: "ads1299-board"
    case .freeEEG32: "freeeeg32"
    }
  }

  init(
    _ settings: VirtualCyton.Settings, seconds: Double, mostPerRead: Int = .max,
    change: (inout DeviceProfile) -> Void = { _ in }
  ) throws {
    device = VirtualCyton(settings)
    let start = HostTime(nanoseconds: 1_000_000_000_000_000_000)
    let clock = BenchClock(now: start, end: start.advanced(by: Int64(seconds * 1e9)))
    let open = BenchTransport.opener(device, clock: clock, mostPerRead: mostPerRead)
    let tapped = { [unowned self] (time: HostTime) throws(TransportError) -> any Transport in
      TappedTransport(try open(time)) { self.drain() }
    }
    var profile = try FrameProfiles.named(Self.profile(settings.model))
    change(&profile)
    let driver = DriverTable.make(profile, DriverSetup(category: profile.category))
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

  var eeg: CollectedStream { get throws { try #require(streams.first) } }

  subscript(name: String) -> CollectedStream {
    get throws { try #require(streams.first { $0.stream.description.name == name }) }
  }

  var refusal: DeviceRefusal? { board.refusals.all.first }

  /// Rows of an int64 stream.
  func integers(_ stream: CollectedStream) -> [[Int64]] {
    let width = stream.stream.description.channels.count
    let numbers = stride(from: 0, to: stream.rows.count, by: 8).map { place in
      stream.rows[place..<place + 8].reversed().reduce(Int64(0)) { $0 << 8 | Int64($1) }
    }
    return stride(from: 0, to: numbers.count, by: width).map { Array(numbers[$0..<$0 + width]) }
  }

  struct Told: Equatable {
    var label: String
    var sample: Int64
    var duration: Int64
    var value: Int64
  }

  /// Events of one kind, in order.
  func events(_ kind: EventKind) throws -> [Told] {
    integers(try #require(streams.last)).filter {
      $0[EventColumn.kind.rawValue] == kind.rawValue
    }.map {
      Told(
        label: board.labels[Int($0[EventColumn.label.rawValue])],
        sample: $0[EventColumn.sample.rawValue], duration: $0[EventColumn.duration.rawValue],
        value: $0[EventColumn.value.rawValue])
    }
  }

  /// Every stored row is the one that the board made under its number.
  func wrongRows() throws -> Int {
    let (found, truth) = (try eeg, device.truth[0])
    let width = truth.channelCount * 4
    return found.numbers.enumerated().filter { place, number in
      guard number < UInt64(truth.rowCount) else { return true }
      return found.rows[place * width..<(place + 1) * width]
        != truth.rows[Int(number) * width..<(Int(number) + 1) * width]
    }.count
  }

  /// - Parameter under: rows that the bridge chip may still hold at the end.
  func expectComplete(under held: UInt64 = 0, sourceLocation: SourceLocation = #_sourceLocation)
    throws
  {
    let (found, truth) = (try eeg, device.truth[0])
    #expect(try wrongRows() == 0, sourceLocation: sourceLocation)
    let accounted = UInt64(found.numbers.count) + found.lost
    let sent = UInt64(truth.rowCount)
    #expect(accounted <= sent && accounted + held >= sent, sourceLocation: sourceLocation)
    #expect(found.numbers.count > 50, sourceLocation: sourceLocation)
  }
}
