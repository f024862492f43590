import Fluxgate
import FluxgateRecording
import FluxgateSignal
import FluxgateSimulation
import FluxgateTransport
import Foundation
import Testing

extension EndToEnd {
  /// SIGKILL at random instants: everything but the open chunk is there, and the patient opens it.
  @Suite(.enabled(if: SpawnedProgram.program != nil, "fluxgate was not built beside the tests"))
  struct KillTests {
    private static let isTorture = ProcessInfo.processInfo.environment["FLUXGATE_TORTURE"] == "1"
    /// The open chunk is 2 s; the rest is for decoding, sealing and a slow machine.
    private static let mostOpen = Int64.seconds(4)

    @Test(arguments: 0..<(isTorture ? 50 : 6))
    func `killed while it records`(round: Int) throws {
      var random = SeededRandom(seed: UInt64(round) &+ 77)
      let shop = try Workshop()
      let bench = ThreeDevices(folder: shop.root, seed: UInt64(round + 1))
      try bench.start()
      defer { bench.stop() }
      let log = shop.root + "/said"
      let process = try SpawnedProgram(shop.recordWords(bench.specs), log: log)
      let begun = waitUntil(seconds: 15) {
        FileManager.default.fileExists(atPath: shop.recording.path)
      }
      try #require(begun, "\((try? String(contentsOfFile: log, encoding: .utf8)) ?? "")")
      let began = HostClock.now
      // Every fourth dies within the first moments, where files are made.
      let span = round % 4 == 3 ? 0.02 : 4.5
      usleep(UInt32(Double(random.next() % 1000) * span * 1000))
      let killed = HostClock.now
      process.kill()
      bench.stop()
      try check(shop, bench, began: began, killed: killed)
    }

    private func check(
      _ shop: Workshop, _ bench: ThreeDevices, began: HostTime, killed: HostTime
    ) throws {
      let hadJournal = DurableFile.exists(shop.recording.journal(1))
      _ = try Recovery.run(shop.recording, identity: shop.identity)
      let before = try contents(of: shop.recording.path)
      #expect(try Recovery.run(shop.recording, identity: shop.identity).isEmpty)
      #expect(try contents(of: shop.recording.path) == before)
      // A recording that never had its first journal holds nothing, and says so.
      guard hadJournal else { return }
      let report = try shop.verify()
      #expect(report.status == .incomplete, "\(report.findings)")
      #expect(report.findings.map(\.kind) == [.notClosed])
      let streams = try StoredStream.all(try shop.open(), truth: bench.truth)
      for stream in streams {
        #expect(stream.equal == stream.stored, "\(stream.name)")
        #expect(stream.end == stream.counts.received, "\(stream.name)")
      }
      guard killed.since(began) > Self.mostOpen else { return }
      for category in [Category.neuro, .cardiac] {
        let newest = streams.filter { $0.category == category }.map(\.lastTime).max()
        #expect(newest.map { killed.nanoseconds - $0 < Self.mostOpen } == true, "\(category)")
      }
      #expect(streams.filter { $0.category == .glucose }.contains { $0.stored > 0 })
    }
  }
}
