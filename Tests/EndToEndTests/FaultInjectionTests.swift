import Fluxgate
import FluxgateRecording
import FluxgateSignal
import FluxgateSimulation
import Foundation
import Testing

extension EndToEnd {
  /// What goes wrong on the way is named and counted, to the sample, for every device.
  @Suite struct FaultInjectionTests {
    private func faults(
      drop: Int64, corrupt: Int64, unplug: Int64, reboot: Int64
    ) -> [InjectedFault] {
      [
        InjectedFault(after: .milliseconds(drop), kind: .dropFrame),
        InjectedFault(after: .milliseconds(corrupt), kind: .corruptFrame),
        InjectedFault(after: .milliseconds(unplug), kind: .unplug(duration: .milliseconds(1_200))),
        InjectedFault(after: .milliseconds(reboot), kind: .reboot),
      ]
    }

    @Test func `stored and lost make up what was sent, live and in the file`() throws {
      let shop = try Workshop()
      let bench = ThreeDevices(
        folder: shop.root,
        helmetFaults: faults(drop: 1_500, corrupt: 2_300, unplug: 3_500, reboot: 7_000),
        heartFaults: faults(drop: 1_505, corrupt: 2_105, unplug: 3_000, reboot: 6_500),
        glucoseFaults: faults(drop: 100, corrupt: 300, unplug: 600, reboot: 3_500))
      try bench.start()
      defer { bench.stop() }
      let session = try RecordingSession.start(try shop.plan(bench.sources()))
      Thread.sleep(forTimeInterval: 10)
      let result = session.finish()
      bench.stop()
      #expect(result.faults.isEmpty, "\(result.faults)")
      #expect(result.exit == .incomplete)
      let report = try shop.verify()
      #expect(report.status == .incomplete, "\(report.findings)")
      let streams = try StoredStream.all(try shop.open(), truth: bench.truth)
      #expect(Set(streams.map(\.category)) == [.neuro, .cardiac, .glucose])
      for stream in streams {
        check(stream)
        try check(stream, session, result)
      }
    }

    private func check(_ stream: StoredStream) {
      let name = stream.name
      let made = UInt64(stream.truth.rowCount)
      #expect(stream.stored > 0 && stream.equal == stream.stored, "\(name)")
      #expect(UInt64(stream.missing.count) == stream.lost, "\(name)")
      #expect(stream.stored + stream.lost == stream.end, "\(name)")
      #expect(stream.counts.received == stream.end, "\(name)")
      // A device with a rate goes on after the gateway's farewell; a memory was read to its end.
      #expect(stream.end <= made, "\(name)")
      let rest = stream.category == .glucose ? 0 : 1_500
      #expect(made - stream.end <= rest, "\(name): \(made) made, \(stream.end) known")
      // What never got onto the line is missing, and what a cable or a boot cost is missing with it.
      let withheld = stream.truth.withheld.filter { $0 < stream.end }
      #expect(Set(stream.missing).isSuperset(of: withheld), "\(name)")
      if stream.category == .cardiac { #expect(stream.lost > 0, "\(name)") }
    }

    private func check(
      _ stream: StoredStream, _ session: RecordingSession, _ result: SessionResult
    ) throws {
      let account = try required(result.accounts.first { $0.number == stream.number })
      let view = try required(
        session.views.first {
          $0.device == account.device && $0.description.name == account.stream
        })
      #expect(account.stored == stream.stored && account.lostTotal == stream.lost)
      #expect(view.counters.acceptedRows == stream.stored, "\(stream.name)")
      for reason in DiscontinuityReason.allCases {
        let live = view.counters.lostRows(reason)
        #expect(live == stream.counts.lost[reason.rawValue] ?? 0, "\(stream.name) \(reason)")
      }
    }
  }
}
