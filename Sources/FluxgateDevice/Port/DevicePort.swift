public import FluxgateSignal
internal import Synchronization

/// Where a device stands, for the screen.
public enum DeviceState: Int, Sendable {
  case connecting, greeting, streaming, linkLost, refused, ended
}

/// What a decoder may do: send bytes, announce its streams, hand over rows, note losses and events.
///
/// The acquisition thread owns it. What other threads may read is in `board`.
public final class DevicePort {
  public let board: DeviceBoard
  /// Streams in the order announced; the events stream is the last of them.
  public private(set) var outlets: [StreamOutlet] = []
  public private(set) var outbox: [[UInt8]] = []
  private var labelNumbers: [String: Int64] = [:]
  private let geometry: SensorGeometry?
  /// The rate that the serial line shall have, until it was taken.
  private var wantedRate: UInt32?

  /// - Parameter geometry: where the sensors sit; goes into the channels that are announced.
  public init(board: DeviceBoard, geometry: SensorGeometry? = nil) {
    self.board = board
    self.geometry = geometry
  }

  public var isAnnounced: Bool { !outlets.isEmpty }

  /// Queues bytes for the device; they leave when the present call returns.
  public func send(_ bytes: [UInt8]) { outbox.append(bytes) }

  /// Hands the queued bytes over one after another and forgets them, also those behind one that
  /// could not be sent. Allocates nothing.
  func deliver<Failure: Error>(_ send: ([UInt8]) throws(Failure) -> Void) throws(Failure) {
    defer { outbox.removeAll(keepingCapacity: true) }
    for index in outbox.indices { try send(outbox[index]) }
  }

  /// Takes the queued bytes away.
  public func takeOutbox() -> [[UInt8]] {
    defer { outbox.removeAll(keepingCapacity: true) }
    return outbox
  }

  /// Asks for another rate of the serial line, once the queued bytes have left. Links that have no
  /// rate go on as they are.
  public func requestRate(_ baud: UInt32) { wantedRate = baud }

  func takeWantedRate() -> UInt32? {
    defer { wantedRate = nil }
    return wantedRate
  }

  /// Says who the device is and what it will give; once in the life of a recording.
  ///
  /// An events stream in the category of the first stream is added behind the others. Rings are made
  /// here; after this, rows may flow at once.
  public func announce(_ identity: DeviceIdentity, streams: [StreamDescription]) {
    precondition(outlets.isEmpty && !streams.isEmpty)
    let events = StreamDescription(
      name: "events", kind: .events, category: streams[0].category, sampleType: .int64,
      channels: EventColumn.channels, rate: nil)
    let placed = streams.map { geometry?.placed($0) ?? $0 }
    outlets = (placed + [events]).map(Self.outlet)
    for outlet in outlets { outlet.noteGap(.streamStart, missing: 0, timeStep: 0) }
    board.announce(Announcement(identity: identity, outlets: outlets.map(AnnouncedStream.init)))
    board.state = .streaming
  }

  /// Records an event; before the streams are announced it is dropped, as nobody could read it.
  public func record(_ event: Event, now: HostTime) {
    guard let outlet = outlets.last else { return }
    outlet.append(event.row { number(of: $0) }, at: event.time, now: now)
  }

  /// Refuses the device for good: it is not what the profile says or cannot be read.
  public func refuse(_ reason: DeviceRefusal) {
    _ = board.refusals.append(reason)
    board.state = .refused
  }

  private func number(of label: String) -> Int64 {
    if let known = labelNumbers[label] { return known }
    let bounded = String(label.prefix(256))
    // A full table gives -1, "a text that was not kept"; nothing more is remembered then.
    guard let place = board.labels.append(bounded) else { return -1 }
    labelNumbers[label] = Int64(place)
    return Int64(place)
  }

  /// Rings hold some five seconds; blocks are cut so that a row waits 20 ms at most.
  private static func outlet(_ description: StreamDescription) -> StreamOutlet {
    let rate = description.rate ?? 50
    let rows = min(max(Int(rate / 25), 8), 4096)
    return StreamOutlet(description: description, rowsPerBlock: rows, slotCount: 256)
  }
}

/// Why a device is not read.
public enum DeviceRefusal: Error, Sendable, Hashable {
  case notThisDevice(expected: String, found: String)
  case unsupported(what: String)
  case silent(seconds: Int)
  /// It is there and gives nothing to record; `why` says where to look.
  case noData(why: String)
  case tooManyChannels(Int, limit: Int)
  /// Its start-up ended otherwise than its profile says; the profile's words for the technician.
  case notStarted(String)
}

/// A stream as other threads see it.
public struct AnnouncedStream: Sendable {
  public let description: StreamDescription
  public let ring: BlockRing
  public let counters: StreamCounters

  public init(_ outlet: StreamOutlet) {
    description = outlet.description
    ring = outlet.ring
    counters = outlet.counters
  }
}

public struct Announcement: Sendable {
  public let identity: DeviceIdentity
  public let outlets: [AnnouncedStream]
}

/// A step of a start-up that waits for the device.
public struct StartupWait: Sendable {
  /// At most, in nanoseconds.
  public let longest: Int64
  /// What it means if nothing comes, in the profile's words.
  public let otherwise: String
}

/// What the acquisition thread shows to all others.
public final class DeviceBoard: Sendable {
  public let name: String
  /// Texts of events, by number.
  public let labels = AppendLog<String>(capacity: 4096)
  public let refusals = AppendLog<DeviceRefusal>(capacity: 8)
  private let announcements = AppendLog<Announcement>(capacity: 1)
  private let startUp = Atomic<Int64>(0)
  private let stateValue = Atomic<Int>(DeviceState.connecting.rawValue)
  private let bytes = Atomic<UInt64>(0)
  private let frames = Atomic<UInt64>(0)
  private let damaged = Atomic<UInt64>(0)

  public init(name: String) { self.name = name }

  /// Nil until the device has said who it is.
  public var announcement: Announcement? { announcements.count > 0 ? announcements[0] : nil }

  public internal(set) var state: DeviceState {
    get { DeviceState(rawValue: stateValue.load(ordering: .acquiring)) ?? .connecting }
    set { stateValue.store(newValue.rawValue, ordering: .releasing) }
  }

  /// How long, in nanoseconds, the device's start-up may take before it says who it is; 0 for at once.
  public internal(set) var startUpTime: Int64 {
    get { startUp.load(ordering: .relaxed) }
    set { startUp.store(newValue, ordering: .relaxed) }
  }

  /// What a start-up waited for so far, oldest first; bounded, later steps are not told.
  public let startUpSteps = AppendLog<StartupWait>(capacity: 256)

  public var bytesReceived: UInt64 { bytes.load(ordering: .relaxed) }
  public var framesReceived: UInt64 { frames.load(ordering: .relaxed) }
  /// Bytes that belonged to no good frame.
  public var bytesDamaged: UInt64 { damaged.load(ordering: .relaxed) }

  func announce(_ announcement: Announcement) { _ = announcements.append(announcement) }
  func count(bytes count: Int) { bytes.wrappingAdd(UInt64(count), ordering: .relaxed) }
  func countFrame() { frames.wrappingAdd(1, ordering: .relaxed) }
  func count(damaged count: Int) { damaged.wrappingAdd(UInt64(count), ordering: .relaxed) }
}
