internal import FluxgateSignal

/// Data packets that wait for the metadata they need, in the order they came.
///
/// Bounded: when it is full the newest packet is refused, and the numbers of the next one show the
/// loss to the sample.
struct TioHeldData {
  struct Held {
    let packet: TioSamples
    let samples: [UInt8]
    let arrival: HostTime
  }

  private static let mostPackets = 4096

  private var queues: [UInt8: [Held]] = [:]
  private var count = 0

  var isEmpty: Bool { count == 0 }
  func holds(_ stream: UInt8) -> Bool { queues[stream] != nil }
  var streams: [UInt8] { queues.keys.sorted() }
  func first(of stream: UInt8) -> Held? { queues[stream]?.first }

  mutating func hold(_ packet: TioSamples, _ samples: RawSpan, at arrival: HostTime) {
    guard count < Self.mostPackets else { return }
    count += 1
    queues[packet.streamID, default: []].append(
      Held(packet: packet, samples: TioBytes.copy(samples), arrival: arrival))
  }

  /// Takes all packets of a stream out; those still unreadable are put back in front.
  mutating func takeAll(of stream: UInt8) -> [Held] {
    let all = queues.removeValue(forKey: stream) ?? []
    count -= all.count
    return all
  }

  mutating func putBack(_ rest: ArraySlice<Held>, of stream: UInt8) {
    guard !rest.isEmpty else { return }
    queues[stream] = Array(rest) + (queues[stream] ?? [])
    count += rest.count
  }
}
