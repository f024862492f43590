/// Tells news from what was told already: libusb and udev both speak of USB devices, each in order,
/// but one may be late by any number of events.
struct PlugNews {
  enum Teller { case libusb, udev }

  private struct Told {
    var isThere: Bool
    var changes: Int
  }

  private var told: [Teller: [String: Told]] = [:]
  /// How many changes of a place are known.
  private var known: [String: Int] = [:]

  /// Those of one teller's events that nobody told before.
  ///
  /// The n-th change of a place is news from whoever tells it first. A state told twice in a row is no
  /// change: udev repeats itself when asked to.
  mutating func fresh(_ events: [PlugEvent], from teller: Teller) -> [PlugEvent] {
    events.filter { event in
      let last = told[teller]?[event.place]
      guard last?.isThere != event.isThere else { return false }
      let changes = (last?.changes ?? 0) + 1
      told[teller, default: [:]][event.place] = Told(isThere: event.isThere, changes: changes)
      guard changes > known[event.place, default: 0] else { return false }
      known[event.place] = changes
      return true
    }
  }
}
