import Fluxgate
import FluxgateRecording
import FluxgateSignal
import FluxgateSimulation
import FluxgateTransport
import Foundation
import Testing

extension EndToEnd {
  /// SIGKILL at random instants: everything but the open chunk is there, and the patient opens it.
  @Suite(.enabled(if: SpawnedFluxgate.program != nil, "fluxgate was not built beside the tests"))
  struct KillTests {
    private static let isTorture = ProcessInfo.processInfo.environment["FLUXGATE_TORTURE"] == "1"
    /// The open chunk is 2 s; the rest is for decoding, sealing and a slow machine.
    private static let mostOpen = Int64.seconds(4)
    /// After so long a first chunk must be there.
    private static let longEnough = Int64.milliseconds(3_200)

    @Test(arguments: 0..<(isTorture ? 50 : 6))
    func `killed while it records`(round: Int) throws {
      var random = SeededRandom(seed: UInt64(round) &+ 80)
      let shop = try Workshop()
      let bench = ThreeDevices(folder: shop.root, seed: UInt64(round + 1))
      try bench.start()
      defer { bench.stop() }
      let log = shop.root + "/said"
      let process = try SpawnedFluxgate(shop.recordWords(bench.specs), log: log)
      let begun = waitUntil(seconds: 15) {
        FileManager.default.fileExists(atPath: shop.recording.path)
      }
      try #require(begun, "\((try? String(contentsOfFile: log, encoding: .utf8)) ?? "")")
      let began = HostClock.now
      let killed = kill(process, in: round, &random)
      bench.stop()
      try check(shop, bench, began: began, killed: killed)
    }

    /// Most die at any instant; some within the first moments, where files are made, and some while
    /// they close because they were asked to.
    ///
    /// - Returns: up to when the devices' samples can be expected.
    private func kill(
      _ process: SpawnedFluxgate, in round: Int, _ random: inout SeededRandom
    ) -> HostTime {
      let share = Double(random.next() % 1000)
      usleep(UInt32(share * (round % 6 == 3 ? 20 : 5_500)))
      let last = HostClock.now
      if round % 6 == 5 {
        process.interrupt()
        usleep(UInt32(random.next() % 500_000))
      }
      process.kill()
      return last
    }

    private func check(
      _ shop: Workshop, _ bench: ThreeDevices, began: HostTime, killed: HostTime
    ) throws {
      let folder = shop.recording
      guard DurableFile.exists(folder.recording) else { return }
      let hadBegun = DurableFile.exists(folder.journal(1)) || DurableFile.exists(folder.manifest(1))
      _ = try RecordingRecovery.run(folder: folder.path, home: shop.home)
      let before = try contents(of: shop.root)
      #expect(try RecordingRecovery.run(folder: folder.path, home: shop.home).changedNothing)
      #expect(try contents(of: shop.root) == before)
      // A recording that never had its first journal holds nothing, and says so.
      guard hadBegun else { return }
      let report = try shop.verify()
      #expect(report.findings.allSatisfy { $0.kind == .notClosed }, "\(report.findings)")
      #expect(report.proofs == [1: .selfAttested], "\(report.proofs)")
      let streams = try StoredStream.all(try shop.open(), truth: bench.truth)
      for stream in streams {
        #expect(stream.equal == stream.stored, "\(stream.name)")
        #expect(stream.end == stream.counts.received, "\(stream.name)")
      }
      guard killed.since(began) > Self.longEnough else { return }
      for category in [Category.neuro, .cardiac] {
        let newest = streams.filter { $0.category == category }.map(\.lastTime).max()
        #expect(newest.map { killed.nanoseconds - $0 < Self.mostOpen } == true, "\(category)")
      }
      #expect(streams.filter { $0.category == .glucose }.contains { $0.stored > 0 })
    }
  }
}
