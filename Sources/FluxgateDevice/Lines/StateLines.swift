internal import FluxgateSignal

/// What the device has said of its state, as events: when a word changes, and of a number now and then.
struct StateLines {
  private var lines: [StateLine]
  /// A span in which the sensor was not locked.
  private var span = StateWatch(labels: ["not locked"])

  init(_ formats: [StateLineFormat]) { lines = formats.map(StateLine.init) }

  /// False once any lock is known to be open.
  private var isLocked: Bool { lines.allSatisfy { $0.isLocked != false } }

  /// - Returns: whether the line was one of a state.
  mutating func take(
    _ line: RawSpan, sample: Int64, at now: HostTime, _ port: DevicePort
  ) -> Bool {
    guard let index = lines.indices.first(where: { lines[$0].take(line) }) else { return false }
    guard port.isAnnounced else { return true }
    lines[index].record(sample: sample, at: now, port)
    span.note(0, !isLocked, sample: sample, at: now, port)
    return true
  }

  /// What was known before the recording could take it.
  mutating func recordAll(at now: HostTime, _ port: DevicePort) {
    for index in lines.indices { lines[index].record(sample: 0, at: now, port) }
    span.note(0, !isLocked, sample: 0, at: now, port)
  }

  /// Nothing more is known: the link is gone, or the device has started anew.
  mutating func forget(before sample: Int64, at now: HostTime, _ port: DevicePort) {
    span.closeAll(before: sample, at: now, port)
    for index in lines.indices { lines[index].forget() }
  }
}

private struct StateLine {
  private static let longestValue = 32
  private let format: StateLineFormat
  private let matcher: PatternMatcher
  private var value: [UInt8] = []
  private var recorded: [UInt8]?
  private var recordedAt: HostTime?

  init(_ format: StateLineFormat) {
    self.format = format
    matcher = PatternMatcher(format.pattern)
    value.reserveCapacity(Self.longestValue)
  }

  /// Nil where nothing is known or the state is no lock.
  var isLocked: Bool? {
    guard let locked = format.locked, !value.isEmpty else { return nil }
    return value == locked
  }

  mutating func take(_ line: RawSpan) -> Bool {
    guard matcher.isFound(in: line), let group = format.pattern.group("value"),
      let range = matcher.range(of: group), !range.isEmpty
    else { return false }
    value.removeAll(keepingCapacity: true)
    for place in range.prefix(Self.longestValue) { value.append(line.u8(at: place) ?? 0) }
    return true
  }

  mutating func record(sample: Int64, at now: HostTime, _ port: DevicePort) {
    guard !value.isEmpty, value != recorded else { return }
    if let recordedAt, format.every > 0, now.since(recordedAt) < format.every { return }
    recorded = value
    recordedAt = now
    port.record(
      Event(time: now, sample: sample, kind: .sensorState, label: format.name, value: eventValue),
      now: now)
  }

  mutating func forget() {
    value.removeAll(keepingCapacity: true)
    recorded = nil
  }

  private var eventValue: EventValue {
    let text = String(decoding: value, as: UTF8.self)
    if let word = format.words[text] { return .text(word) }
    // SAFETY: the span is used only during the call.
    let number = unsafe DecimalText.number(value.span.bytes)
    guard let number else { return .text(text) }
    return .float(number * format.scale + format.offset)
  }
}
