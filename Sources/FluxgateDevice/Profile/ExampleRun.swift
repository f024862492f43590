internal import FluxgateSignal

/// Runs a profile's examples through its driver, the whole way from bytes to rows.
public enum ExampleRun {
  /// - Returns: what came out otherwise than the profile says, each with the example's place.
  public static func faults(of profile: DeviceProfile) -> [ProfileError] {
    profile.examples.flatMap { example in
      compare(example, ExampleOutcome(of: example, profile)).map { message in
        ProfileError(
          file: example.file, line: example.line, column: example.column,
          message: "example `\(example.name)`: \(message)",
          hint: "Correct the example, or the section that reads these bytes.")
      }
    }
  }

  private static func compare(_ example: ProfileExample, _ found: ExampleOutcome) -> [String] {
    var faults = found.streams.flatMap { stream in
      compare(example.rows.filter { $0.stream == stream.name }, stream)
    }
    let known = Set(found.streams.map(\.name))
    for name in Set(example.rows.map(\.stream)).subtracting(known).sorted() {
      faults.append("nothing came of stream \(name)")
    }
    if example.states != found.states {
      faults.append("states are \(found.states.sorted()), not \(example.states.sorted())")
    }
    if let lost = example.lost, lost != found.lost { faults.append("\(found.lost) rows are lost") }
    if let skipped = example.skipped, skipped != found.skipped {
      faults.append("\(found.skipped) bytes are in no frame")
    }
    return faults
  }

  private static func compare(
    _ expected: [ProfileExample.Row], _ stream: ExampleOutcome.Stream
  ) -> [String] {
    guard expected.count == stream.rows.count else {
      return ["\(stream.rows.count) rows came of stream \(stream.name), not \(expected.count)"]
    }
    return zip(expected, stream.rows).enumerated().compactMap { index, pair in
      let found = pair.0.isPhysical ? stream.physical(pair.1) : pair.1
      guard !stream.agrees(pair.0, found) else { return nil }
      return "row \(index + 1) of \(stream.name) is \(found)"
    }
  }
}

/// What came of an example's bytes.
struct ExampleOutcome {
  struct Stream {
    var name: String
    var channels: [Channel]
    /// Codes of all but the times, which an example has none of.
    var rows: [[Double]]

    func physical(_ row: [Double]) -> [Double] {
      zip(row, channels).map { $0 * $1.scale + $1.offset }
    }

    /// Physical values may be off by half a code, or by what six digits leave out.
    func agrees(_ expected: ProfileExample.Row, _ found: [Double]) -> Bool {
      guard expected.numbers.count == found.count else { return false }
      guard expected.isPhysical else { return expected.numbers == found }
      return zip(zip(expected.numbers, found), channels).allSatisfy { pair, channel in
        abs(pair.0 - pair.1) <= max(abs(pair.0) * 1e-6, abs(channel.scale) / 2)
      }
    }
  }

  private(set) var streams: [Stream] = []
  private(set) var states: Set<String> = []
  private(set) var lost: UInt64 = 0
  private(set) var skipped = 0

  init(of example: ProfileExample, _ profile: DeviceProfile) {
    let setup = DriverSetup(category: profile.category, settings: profile.settings)
    var streaming = profile
    streaming.startup = nil
    let driver = DriverTable.make(streaming, setup)
    let port = DevicePort(board: DeviceBoard(name: profile.name))
    let now = HostTime(nanoseconds: 1_700_000_000_000_000_000)
    driver.decoder.linkOpened(at: now, port: port)
    skipped = Self.feed(example.bytes, to: driver, port, at: now)
    driver.decoder.farewell(at: now, port: port)
    for outlet in port.outlets { outlet.flush() }
    lost = port.outlets.first?.counters.lostRows ?? 0
    streams = port.outlets.dropLast().map(Self.stream)
    if let events = port.outlets.last { states = Self.states(events, port.board) }
  }

  private static func feed(
    _ bytes: [UInt8], to driver: Driver, _ port: DevicePort, at now: HostTime
  ) -> Int {
    var frames = FrameBuffer(framer: driver.framer)
    var skipped = 0
    let take = { (frame: RawSpan) in driver.decoder.decode(frame, at: now, port: port) }
    let skip = { (count: Int, fault: FramingFault) in
      skipped += count
      driver.decoder.skipped(count, fault, at: now, port: port)
    }
    frames.feed(bytes, count: bytes.count, frame: take, skip: skip)
    frames.finish(frame: take, skip: skip)
    return skipped
  }

  private static func stream(_ outlet: StreamOutlet) -> Stream {
    let channels = outlet.description.channels
    let kept = channels.indices.filter { channels[$0].name != "utc_ns" }
    return Stream(
      name: outlet.description.name, channels: kept.map { channels[$0] },
      rows: RingRows.all(of: outlet).map { row in kept.map { row[$0] } })
  }

  private static func states(_ outlet: StreamOutlet, _ board: DeviceBoard) -> Set<String> {
    let rows = RingRows.all(of: outlet).filter {
      $0[EventColumn.kind.rawValue] == Double(EventKind.sensorState.rawValue)
    }
    return Set(rows.map { board.labels[Int($0[EventColumn.label.rawValue])] })
  }
}

/// Everything that a ring holds, as numbers.
enum RingRows {
  static func all(of outlet: StreamOutlet) -> [[Double]] {
    let width = outlet.description.channels.count
    let type = outlet.description.sampleType
    var rows: [[Double]] = []
    var reader = outlet.ring.claimReader()
    var isMore = true
    while isMore {
      isMore = reader.consume { block in
        for row in 0..<block.rowCount {
          rows.append((0..<width).map { number(block.rows, row * width + $0, type) })
        }
      }
    }
    return rows
  }

  private static func number(_ bytes: RawSpan, _ place: Int, _ type: SampleType) -> Double {
    let offset = place * type.byteCount
    return switch type {
    case .int16: bytes.u16(at: offset).map { Double(Int16(bitPattern: $0)) } ?? 0
    case .int32: bytes.u32(at: offset).map { Double(Int32(bitPattern: $0)) } ?? 0
    case .int64: bytes.u64(at: offset).map { Double(Int64(bitPattern: $0)) } ?? 0
    case .float32: bytes.f32(at: offset).map(Double.init) ?? 0
    case .float64: bytes.f64(at: offset) ?? 0
    }
  }
}
