import FluxgateLedger
import FluxgateSeal
import FluxgateSimulation
import Foundation
import Testing

@testable import Fluxgate

/// Dates that come by themselves.
@Suite(.serialized) struct StampCourierTests {
  @Test func `A schedule dates each head, or the first, then one in so long, and the last at once`()
  {
    var each = StampSchedule()
    each.noteStamp(of: "a", at: .now)
    #expect(each.isDue("b", at: .now) && !each.isDue("a", at: .now))

    var schedule = StampSchedule(interval: .seconds(600))
    let start = ContinuousClock.now
    #expect(schedule.isDue("a", at: start))
    schedule.noteStamp(of: "a", at: start)
    #expect(!schedule.isDue("a", at: start + .seconds(10_000)))
    #expect(!schedule.isDue("b", at: start + .seconds(599)))
    #expect(schedule.isDue("b", at: start + .seconds(600)))
    schedule.noteFailure(of: "b", at: start + .seconds(600))
    #expect(!schedule.isDue("b", at: start + .seconds(604)))
    #expect(schedule.isDue("b", at: start + .seconds(605)))
    for _ in 0..<20 { schedule.noteFailure(of: "b", at: start + .seconds(700)) }
    #expect(schedule.isDue("b", at: start + .seconds(1_000)))
    #expect(!schedule.isDue("b", at: start + .seconds(999)))
    #expect(!schedule.isSettled("c"))
    schedule.hurry()
    #expect(schedule.isDue("c", at: start + .seconds(701)) && !schedule.isSettled("b"))
    schedule.noteFailure(of: "c", at: start + .seconds(701))
    #expect(schedule.isSettled("c"))
  }

  @Test func `The file says how far apart stamps are, and nonsense in it is refused`() throws {
    let bench = try CourierBench()
    defer { bench.remove() }
    let file = AuthorityFile(path: bench.folder + "/authorities")
    #expect(try file.interval() == .zero)
    try file.setInterval(seconds: 90)
    try file.setInterval(seconds: 60)
    #expect(try file.interval() == .seconds(60) && file.read().isEmpty)
    for line in ["every -1\n", "every soon\n"] {
      try DurableFile.replace(file.path, with: Array(line.utf8))
      #expect(throws: Fault.self) { try file.interval() }
    }
  }

  @Test func `A courier dates heads, outlives a dead authority and never stops the log`()
    async throws
  {
    let bench = try CourierBench()
    defer { bench.remove() }
    let honest = try AuthorityProcess(in: bench.folder)
    let authorities = [
      StampAuthority(url: "http://127.0.0.1:1", roots: try bench.roots(honest)),
      StampAuthority(url: honest.url, roots: try bench.roots(honest)),
    ]
    let courier = StampCourier(
      log: bench.log, stamping: Stamping(shelf: bench.shelf, authorities: authorities))
    let task = Task { await courier.run() }
    defer { task.cancel() }
    #expect(courier.isSettled)
    _ = try bench.log.append([[1]])
    await wait { courier.newest?.checkpoint.size == 1 }
    _ = try bench.log.append([[2]])
    courier.hurry()
    await wait { courier.isSettled }
    #expect(try bench.shelf.sizes() == [1, 2])
    #expect(courier.newest?.note == bench.log.checkpoint() && courier.fault == nil)

    honest.stop()
    _ = try bench.log.append([[3]])
    courier.hurry()
    await wait { courier.isSettled }
    #expect(courier.fault?.code == "D21")
    #expect(bench.log.head.size == 3 && courier.newest?.checkpoint.size == 2)
  }

  @Test(.enabled(if: FluxgateProcess.executable != nil, "build the product fluxgate"))
  func `A recording ends with its log's head dated`() throws {
    let bench = try CommandBench()
    defer { bench.remove() }
    let authority = try AuthorityProcess(in: bench.folder)
    defer { authority.stop() }
    let named = try bench.program.run("ledger", "authority", authority.url, authority.roots)
    #expect(named.status == 0, "\(named)")
    let heart = PtyHost(device: VirtualTwinleaf(), path: bench.folder + "/heart")
    try heart.start()
    defer { heart.stop() }
    let ending = try bench.program.run(
      "record", "--for", bench.publicKey, "--out", bench.folder + "/second", "--device",
      "heart=twinleaf-tio@\(heart.path)", "--profiles",
      FluxgateProcess.root.appendingPathComponent("device-profiles").path, "--seconds", "1")
    #expect(ending.status == 0 && ending.out.contains("Dated:"), "\(ending)")
    #expect(ending.longLines.isEmpty)
    let status = try LedgerStatus(try LedgerPlace(home: bench.program.home))
    #expect(status.undatedCount == 0 && status.stamps.last?.checkpoint.size == status.head.size)
  }

  private func wait(_ condition: () -> Bool) async {
    let end = ContinuousClock.now + .seconds(20)
    while !condition(), ContinuousClock.now < end { try? await Task.sleep(for: .milliseconds(20)) }
  }
}

/// A log of its own in a folder of its own.
private struct CourierBench {
  let folder: String
  let log: EmbeddedLog

  init() throws {
    folder = "/tmp/fg-" + UUID().uuidString.prefix(8)
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    log = try EmbeddedLog(directory: folder + "/log", origin: "log.example/a", key: SigningKey())
  }

  var shelf: StampShelf { StampShelf(folder: folder + "/stamps") }

  func roots(_ authority: AuthorityProcess) throws -> StampRoots {
    try StampRoots(pem: [UInt8](try Data(contentsOf: URL(fileURLWithPath: authority.roots))))
  }

  func remove() { try? FileManager.default.removeItem(atPath: folder) }
}
