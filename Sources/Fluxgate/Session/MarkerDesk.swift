internal import FluxgateDevice
internal import FluxgateSignal
internal import FluxgateTransport

/// The events that a person sets while a recording runs, as a stream of its own.
///
/// Belongs to the thread that watches the session.
// SAFETY: `outlet` and `numbers` are used by that one thread; `board` is safe for all.
final class MarkerDesk: @unchecked Sendable {
  static let name = "session"
  let board = DeviceBoard(name: MarkerDesk.name)
  let stream: AnnouncedStream
  private let outlet: StreamOutlet
  private var numbers: [String: Int64] = [:]
  private var notedPlugs = 0

  init(category: Category) {
    outlet = StreamOutlet(
      description: StreamDescription(
        name: "markers", kind: .events, category: category, sampleType: .int64,
        channels: EventColumn.channels, rate: nil), rowsPerBlock: 1, slotCount: 256)
    outlet.noteGap(.streamStart, missing: 0, timeStep: 0)
    stream = AnnouncedStream(outlet)
  }

  func mark(_ label: String) {
    record(Event(time: HostClock.now, kind: .marker, label: label))
  }

  /// Notes what has come or gone since the last call, each with its own time.
  func note(_ plugs: AppendLog<PlugEvent>) {
    while notedPlugs < plugs.count {
      let plug = plugs[notedPlugs]
      notedPlugs += 1
      record(
        Event(
          time: plug.time, kind: .link, label: plug.isThere ? "plugged in" : "unplugged",
          value: .text(plug.name)))
    }
  }

  private func record(_ event: Event) {
    let now = HostClock.now
    outlet.append(event.row { number(of: $0) }, at: now, now: now)
    outlet.flush()
  }

  /// Hands over what is left; the processing thread still runs.
  func finish() {
    for _ in 0..<1000 {
      if outlet.finish() { return }
      Pause.short()
    }
  }

  private func number(of label: String) -> Int64 {
    if let known = numbers[label] { return known }
    guard let place = board.labels.append(label) else { return -1 }
    numbers[label] = Int64(place)
    return Int64(place)
  }
}
