import Fluxgate
import FluxgateRecording
import FluxgateSignal
import FluxgateSimulation
import Foundation
import Testing

extension EndToEnd {
  /// A short whole recording; the thread sanitizer's run picks it by its name.
  @Suite struct ThreadSanitizerWholeWay {
    @Test func `one device on a serial line and one on TCP, recorded and opened`() throws {
      let shop = try Workshop()
      let bench = ThreeDevices(folder: shop.root, channels: 16)
      try bench.helmet.start()
      try bench.heart.start()
      defer { bench.stop() }
      let plan = try shop.plan([bench.helmetSource, bench.heartSource])
      let session = try RecordingSession.start(plan)
      let watch = SessionWatch(session)
      for _ in 0..<15 {
        Thread.sleep(forTimeInterval: 0.1)
        _ = watch.look()
        session.mark("tick")
        session.refreshMetadata()
      }
      let result = session.finish()
      bench.stop()
      #expect(result.faults.isEmpty, "\(result.faults)")
      #expect(try shop.verify().status != .damaged)
      let truth = [Category.neuro: bench.helmet.truth, .cardiac: bench.heart.truth]
      let streams = try StoredStream.all(try shop.open(), truth: truth)
      for stream in streams { #expect(stream.equal == stream.stored, "\(stream.name)") }
      #expect(Set(streams.filter { $0.stored > 0 }.map(\.category)) == [.neuro, .cardiac])
    }
  }
}
