internal import FluxgateSignal

/// A device of the older dialect: asks it to describe itself, and reads its one stream.
///
/// Sample numbers have 32 bits and come round after 2^32; a number that goes back otherwise is a
/// restart. Descriptions come as packets after `data.send_all`; there is no metadata to ask for.
struct TioLegacySensor {
  private enum Step: String {
    case describe = "data.send_all"
    case name = "dev.name"
    case serial = "dev.serial"
    case done
  }

  private static let patience = Int64.seconds(1)
  private static let mostAttempts = 3
  private static let mostDescriptions = 256
  /// Datagrams that come so many samples late are dropped: they were counted as lost.
  private static let farBehind: UInt32 = 256

  private(set) var texts: [String: String] = [:]
  private var timebases: [UInt16: TioTimebase] = [:]
  private var sources: [UInt16: TioSource] = [:]
  private var stream: TioLegacyStream?
  /// What the streams were announced with, or will be.
  private(set) var shape: TioLegacyShape?
  private var tracks: [TioLegacyTrack] = []
  private let isDatagram: Bool
  private var last: UInt32?
  private var wraps: UInt64 = 0
  private var step = Step.describe
  private var question: (id: UInt16, deadline: HostTime)?
  private var lastID: UInt16 = 0x4000
  private var attempts = 0

  init(isDatagram: Bool) { self.isDatagram = isDatagram }

  var deadline: HostTime? { question?.deadline }
  /// Who it is and what it gives is known as far as it will be.
  var isDescribed: Bool { shape != nil && step == .done }

  // MARK: - Questions

  mutating func ask(at now: HostTime, route: [UInt8]) -> TioPacket? {
    guard question == nil, step != .done else { return nil }
    lastID += 1
    if lastID == 0x7FFF { lastID = 0x4001 }
    question = (lastID, now.advanced(by: Self.patience))
    return .request(id: lastID, method: step.rawValue, route: route)
  }

  mutating func take(reply payload: RawSpan, at now: HostTime) {
    guard let question, payload.u16(at: 0) == question.id, step != .describe else { return }
    texts[step.rawValue] = TioBytes.text(payload, at: 2, count: payload.byteCount - 2)
    goOn()
  }

  mutating func take(error payload: RawSpan, at now: HostTime) {
    guard let question, payload.u16(at: 0) == question.id, step != .describe else { return }
    goOn()
  }

  mutating func expire(at now: HostTime) {
    guard let due = question?.deadline, due <= now else { return }
    question = nil
    attempts += 1
    if step != .describe, attempts >= Self.mostAttempts { goOn() }
  }

  private mutating func goOn() {
    question = nil
    attempts = 0
    switch step {
    case .describe: step = texts.isEmpty ? .name : .done
    case .name: step = .serial
    case .serial, .done: step = .done
    }
  }

  mutating func linkLost() {
    question = nil
    for index in tracks.indices { tracks[index].note(.linkLost) }
  }

  /// The device began anew: its numbers too, and perhaps what it sends.
  mutating func restarted() {
    for index in tracks.indices { tracks[index].restart() }
    last = nil
    wraps = 0
    question = nil
    step = .describe
  }

  // MARK: - Descriptions

  enum Change {
    case none, rate
    /// The streams are no longer what was announced.
    case columns
  }

  mutating func describe(_ type: UInt8, _ payload: RawSpan) -> Change {
    switch type {
    case 6:
      guard let timebase = TioTimebase(payload), timebases.count < Self.mostDescriptions else {
        return .none
      }
      timebases[timebase.id] = timebase
    case 7:
      guard let source = TioSource(payload), sources.count < Self.mostDescriptions else {
        return .none
      }
      sources[source.id] = source
    default:
      guard let stream = TioLegacyStream(payload) else { return .none }
      self.stream = stream
    }
    return compare()
  }

  private mutating func compare() -> Change {
    guard let stream, let timebase = timebases[stream.timebase],
      let fresh = TioLegacyShape(stream, sources, timebase)
    else { return .none }
    if step == .describe { goOn() }
    guard let old = shape, !tracks.isEmpty else {
      shape = fresh
      return .none
    }
    guard fresh != old else { return .none }
    guard fresh.hasColumns(of: old) else { return .columns }
    shape = fresh
    for index in tracks.indices { tracks[index].changeRate() }
    return .rate
  }

  // MARK: - Samples

  mutating func begin(with outlets: [StreamOutlet]) {
    guard let shape else { return }
    tracks = zip(outlets, shape.groups).compactMap { outlet, group in
      shape.format(of: group).map { TioLegacyTrack(outlet: outlet, format: $0) }
    }
  }

  /// - Returns: true when the numbers began anew.
  mutating func accept(_ payload: RawSpan, at now: HostTime) -> Bool {
    guard let number = payload.u32(at: 0), let shape, !tracks.isEmpty,
      payload.byteCount - 4 == shape.byteCount(of: number), let order = order(number)
    else { return false }
    if order == .anew { for index in tracks.indices { tracks[index].restart() } }
    var offset = 4
    for part in shape.components where number % part.period == 0 {
      tracks[part.group].take(payload.extracting(offset..<offset + part.byteCount))
      offset += part.byteCount
    }
    let whole = wraps << 32 | UInt64(number)
    for (index, group) in shape.groups.enumerated() where number % group.period == 0 {
      tracks[index].finishRow(whole / UInt64(group.period), at: now) {
        shape.duration(ofRows: $0, of: group)
      }
    }
    return order == .anew
  }

  private enum Order { case onward, anew }

  /// - Returns: nil for a sample that was there before.
  private mutating func order(_ number: UInt32) -> Order? {
    guard let last else {
      self.last = number
      return .onward
    }
    if number <= last {
      let behind = last - number
      if behind == 0 || (isDatagram && behind < Self.farBehind) { return nil }
      let isWrap = behind > 1 << 31
      self.last = number
      if isWrap { wraps += 1 } else { wraps = 0 }
      return isWrap ? .onward : .anew
    }
    self.last = number
    return .onward
  }
}
