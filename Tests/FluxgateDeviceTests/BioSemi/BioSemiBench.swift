import FluxgateSignal
import FluxgateSimulation
import FluxgateTransport

@testable import FluxgateDevice

/// A virtual amplifier read by the real driver on a virtual clock.
final class BioSemiBench {
  let device: VirtualBioSemi
  let board = DeviceBoard(name: "bench")
  private(set) var streams: [CollectedStream] = []

  init(
    _ settings: VirtualBioSemiSettings, milliseconds: Int64, mostPerRead: Int = .max,
    setup: DriverSetup = DriverSetup(category: .neuro), gateway: SlowGateway? = nil
  ) throws {
    device = VirtualBioSemi(settings)
    let start = HostTime(nanoseconds: 1_000_000_000_000_000_000)
    let clock = BenchClock(now: start, end: start.advanced(by: .milliseconds(milliseconds)))
    let open = BenchTransport.opener(device, clock: clock, mostPerRead: mostPerRead)
    let tapped: Acquisition.Opener = { [unowned self] (time: HostTime) throws(TransportError) in
      TappedTransport(try open(time)) {
        self.drain()
        gateway?.work(clock)
      }
    }
    let acquisition = Acquisition(driver: BioSemiDriver.make(setup), board: board, open: tapped)
    acquisition.run(link: try tapped(clock.now), until: StopFlag(), pause: { _ in })
    drain()
  }

  func drain() {
    if streams.isEmpty, let announcement = board.announcement {
      streams = announcement.outlets.map(CollectedStream.init)
    }
    for stream in streams { stream.drain() }
  }

  var eeg: CollectedStream { streams[0] }
  var sent: UInt64 { UInt64(device.truth[0].rowCount) }

  /// The last sweep of a run has no follower to confirm it, and some bytes wait for a whole packet.
  var accounted: UInt64 { UInt64(eeg.numbers.count) + eeg.lost }

  /// Sweeps that a fault kept, up to the last one stored: at the end some wait for a whole packet.
  var withheld: UInt64 {
    let last = eeg.numbers.last ?? 0
    return UInt64(device.truth[0].withheld.count { $0 < last })
  }

  /// The first stream and row that is not as the device made it under that number; nil when all are.
  func firstDifference() -> String? {
    for (truth, stream) in zip(device.truth, streams) {
      let size = truth.channelCount * 4
      for (place, number) in stream.numbers.enumerated() {
        let start = Int(number) * size
        guard start + size <= truth.rows.count,
          truth.rows[start..<start + size].elementsEqual(
            stream.rows[place * size..<(place + 1) * size])
        else { return "\(truth.name) row \(number)" }
      }
    }
    return nil
  }

  struct Said: Equatable {
    var label: String
    var sample: Int64
    var duration: Int64
    var value: Int64
  }

  var events: [Said] {
    guard let stream = streams.last else { return [] }
    return stride(from: 0, to: stream.rows.count, by: 56).map { start in
      func column(_ index: Int) -> Int64 {
        stream.rows.withUnsafeBytes {
          $0.loadUnaligned(fromByteOffset: start + index * 8, as: Int64.self)
        }
      }
      return Said(
        label: board.labels[Int(column(4))], sample: column(1), duration: column(2),
        value: column(6))
    }
  }
}
