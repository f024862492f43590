import Fluxgate
import FluxgateRecording
import FluxgateSimulation
import Foundation
import Testing

extension EndToEnd {
  @Suite(.enabled(if: SmallDisk.isPossible, "a small disk can only be mounted as root"))
  struct FullDiskTests {
    @Test func `a full disk ends the recording, and what was stored verifies and opens`() throws {
      let shop = try Workshop()
      let disk = try SmallDisk(shop.root + "/disk")
      defer { disk.remove() }
      // What is free lasts for some seconds of 64 channels.
      try Data(count: 4_900_000).write(to: URL(fileURLWithPath: disk.path + "/ballast"))
      let bench = ThreeDevices(folder: shop.root)
      try bench.start()
      defer { bench.stop() }
      let folder = RecordingFolder(disk.path + "/recording")
      let result = try recordUntilItEnds(shop, bench, folder)
      bench.stop()
      #expect(result.faults.first?.code == "R01", "\(result.faults)")
      #expect(result.exit == .failed)
      try FileManager.default.removeItem(atPath: disk.path + "/ballast")
      _ = try Recovery.run(folder, identity: shop.identity)
      try check(shop, folder, bench, result)
    }

    @Test(.enabled(if: SpawnedFluxgate.program != nil, "fluxgate was not built beside the tests"))
    func `the reserve closes a recording before the disk is full`() throws {
      let shop = try Workshop()
      let disk = try SmallDisk(shop.root + "/disk")
      defer { disk.remove() }
      let bench = ThreeDevices(folder: shop.root)
      try bench.start()
      defer { bench.stop() }
      let folder = RecordingFolder(disk.path + "/recording")
      let ended = try SpawnedFluxgate.run(
        shop.recordWords(bench.specs, folder: folder.path), log: shop.root + "/said")
      bench.stop()
      #expect(ended.status == ExitStatus.incomplete.rawValue, "\(ended.said)")
      #expect(ended.said.contains("R04"), "\(ended.said)")
      let report = try shop.verify(folder)
      #expect([.intact, .incomplete].contains(report.status), "\(report.findings)")
      #expect(try shop.open(folder).isClosed)
    }

    /// The session lets the folder go with its end.
    private func recordUntilItEnds(
      _ shop: Workshop, _ bench: ThreeDevices, _ folder: RecordingFolder
    ) throws -> SessionResult {
      let session = try RecordingSession.start(
        try shop.plan(bench.sources(), folder: folder.path))
      #expect(waitUntil(seconds: 20) { session.isStopping })
      return session.finish()
    }

    private func check(
      _ shop: Workshop, _ folder: RecordingFolder, _ bench: ThreeDevices, _ result: SessionResult
    ) throws {
      let report = try shop.verify(folder)
      #expect([.intact, .incomplete].contains(report.status), "\(report.findings)")
      let streams = try StoredStream.all(try shop.open(folder), truth: bench.truth)
      for stream in streams {
        let account = try required(result.accounts.first { $0.number == stream.number })
        #expect(stream.stored == account.stored, "\(stream.name)")
        #expect(stream.equal == stream.stored, "\(stream.name)")
      }
      #expect(streams.contains { $0.stored > 0 })
    }
  }
}

/// 6 MB of memory as a disk of its own.
struct SmallDisk {
  let path: String

  init(_ path: String) throws {
    self.path = path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    guard mount("tmpfs", path, "tmpfs", 0, "size=6m") == 0 else {
      throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EPERM)
    }
  }

  func remove() { umount2(path, 2) }  // MNT_DETACH

  static let isPossible: Bool = {
    let path = FileManager.default.temporaryDirectory.path + "/fluxgate-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    guard let disk = try? SmallDisk(path) else { return false }
    disk.remove()
    return true
  }()
}
