internal import FluxgateSignal

/// Puts the data packets of datagrams back into the order of their numbers, within bounds.
///
/// A packet that is ahead of the next number waits until those before it came, at most
/// `longestWait` and `mostHeld` packets of its stream; then what is still missing counts as lost. A
/// packet that comes later than that, or twice, adds no row: it was counted already.
struct TioReorder {
  struct Held {
    let packet: TioSamples
    let samples: [UInt8]
    let count: UInt64
    let arrival: HostTime
  }

  enum Verdict {
    /// Read it now; then ask for those that follow it.
    case inOrder
    case held
    /// It was there before or is counted as lost.
    case late
  }

  private struct Place {
    var segment: UInt8
    var next: UInt64
    var held: [Held] = []
  }

  private static let mostHeld = 16
  private static let longestWait = Int64.milliseconds(40)
  /// Samples behind the next number beyond which a packet is no late one: numbers began anew.
  private static let farBehind: UInt64 = 4096

  private var places: [UInt8: Place] = [:]

  var deadline: HostTime? {
    var due: HostTime?
    for place in places.values {
      for held in place.held {
        let end = held.arrival.advanced(by: Self.longestWait)
        due = min(due ?? end, end)
      }
    }
    return due
  }

  var streams: [UInt8] { places.keys.sorted() }

  mutating func judge(
    _ packet: TioSamples, count: UInt64, _ samples: RawSpan, at now: HostTime
  ) -> Verdict {
    guard let place = places[packet.streamID] else { return .inOrder }
    if packet.segmentID == place.segment {
      if packet.number == place.next { return .inOrder }
      if packet.number < place.next {
        return place.next - packet.number <= Self.farBehind ? .late : .inOrder
      }
    }
    let isDouble = place.held.contains {
      $0.packet.number == packet.number && $0.packet.segmentID == packet.segmentID
    }
    guard !isDouble else { return .late }
    places[packet.streamID]?.held.append(
      Held(packet: packet, samples: TioBytes.copy(samples), count: count, arrival: now))
    return .held
  }

  /// A packet was read: the next number of its stream is the one behind it.
  mutating func passed(_ packet: TioSamples, count: UInt64) {
    places[packet.streamID, default: Place(segment: 0, next: 0)].segment = packet.segmentID
    places[packet.streamID]?.next = packet.number + count
  }

  /// The held packet that is next in order; nil where one before it is missing.
  mutating func takeNext(of stream: UInt8) -> Held? {
    guard let place = places[stream],
      let index = place.held.firstIndex(where: {
        $0.packet.segmentID == place.segment && $0.packet.number == place.next
      })
    else { return nil }
    return places[stream]?.held.remove(at: index)
  }

  /// The first of the held packets of a stream that have waited too long or are too many.
  mutating func takeDue(of stream: UInt8, at now: HostTime) -> Held? {
    guard let place = places[stream], let first = place.held.first else { return nil }
    let isDue = first.arrival.advanced(by: Self.longestWait) <= now
    guard isDue || place.held.count > Self.mostHeld else { return nil }
    return takeFirst(of: stream)
  }

  /// The held packet with the lowest number, those of the present segment first.
  mutating func takeFirst(of stream: UInt8) -> Held? {
    guard let place = places[stream] else { return nil }
    let order = place.held.indices.min { left, right in
      let (one, other) = (place.held[left].packet, place.held[right].packet)
      let (isOld, isOtherOld) = (one.segmentID == place.segment, other.segmentID == place.segment)
      if isOld != isOtherOld { return isOld }
      return one.number < other.number
    }
    return order.flatMap { places[stream]?.held.remove(at: $0) }
  }

  /// The device began anew: its numbers too.
  mutating func forget() { places.removeAll() }
}
