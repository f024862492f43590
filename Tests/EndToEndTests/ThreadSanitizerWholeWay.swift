import Fluxgate
import FluxgateRecording
import FluxgateSignal
import FluxgateSimulation
import Foundation
import Testing

extension EndToEnd {
  /// A short whole recording; the thread sanitizer's run picks it by its name.
  ///
  /// Long enough for chunks to close by themselves, and with segments and epochs so short that every
  /// hand-over between threads happens while all of them run.
  @Suite struct ThreadSanitizerWholeWay {
    @Test func `devices on serial lines and on TCP, recorded over epochs and opened`() throws {
      let shop = try Workshop()
      let bench = ThreeDevices(folder: shop.root, channels: 16)
      try bench.start()
      defer { bench.stop() }
      let result = try record(shop, bench)
      bench.stop()
      #expect(result.faults.isEmpty, "\(result.faults)")
      let report = try shop.verify()
      #expect(report.status == .intact, "\(report.findings)")
      #expect(report.segmentCount > 1 && report.proofs.count == report.segmentCount)
      let streams = try StoredStream.all(try shop.open(), truth: bench.truth)
      for stream in streams { #expect(stream.equal == stream.stored, "\(stream.name)") }
      let filled = streams.filter { $0.stored > 0 }
      #expect(Set(filled.map(\.category)) == [.neuro, .cardiac, .glucose])
    }

    private func record(_ shop: Workshop, _ bench: ThreeDevices) throws -> SessionResult {
      var plan = try shop.plan(bench.sources())
      plan.limits = SegmentLimits(
        epochNanoseconds: 1_500_000_000, segmentNanoseconds: 700_000_000)
      let session = try RecordingSession.start(plan)
      let watch = SessionWatch(session)
      for _ in 0..<45 {
        Thread.sleep(forTimeInterval: 0.1)
        _ = watch.look()
        session.mark("tick")
        session.refreshMetadata()
      }
      return session.finish()
    }
  }
}
