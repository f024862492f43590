import FluxgateSeal
import Foundation
import Testing

@testable import FluxgateRecording

@Suite struct RecoveryTests {
  /// A killed gateway's folder: three chunks a stream in a journal that was never closed.
  private func killed() throws -> Bench {
    let bench = try Bench()
    let writer = try bench.writer()
    try writer.putMeta(2, Bench.meta.encoded(), at: Bench.start)
    try bench.fill(writer, chunks: 3)
    try writer.sync.sync()
    return bench
  }

  /// Offsets at which the records of a journal begin, and its end.
  private func boundaries(_ path: String) throws -> [Int] {
    var reader = try JournalReader(path)
    var offsets = [0]
    while try reader.next() != nil { offsets.append(Int(reader.offset)) }
    return offsets
  }

  @Test func `killed at every byte of the last two records, all whole chunks are kept`() throws {
    let bench = try Bench()
    let writer = try bench.writer()
    try bench.fill(writer, chunks: 2)
    for dataset in bench.datasets {
      try bench.append(bench.content(dataset, rows: 1, seed: 3), to: writer)
    }
    let journal = try bench.read(bench.folder.journal(1))
    let offsets = try boundaries(bench.folder.journal(1))
    let last = offsets.count - 1
    let work = try Bench()
    for cut in offsets[last - 2]...offsets[last] {
      try bench.copy(to: work)
      try work.write(work.folder.journal(1), Array(journal[..<cut]))
      let report = try Recovery.run(work.folder, identity: bench.gateway)
      #expect(report.closed.count == 1)
      let verdict = try Verifier.verify(work.folder, trust: .patient(bench.patient.publicKey))
      #expect(verdict.findings == [Finding(object: .manifest(1), kind: .notClosed)])
      let whole = (cut == offsets[last] ? 2 : cut >= offsets[last - 1] ? 1 : 0)
      #expect(verdict.chunkCount == 4 + whole)
      let reader = try RecordingReader(opening: work.folder, secret: bench.patient)
      let chunks = try reader.all(1) + reader.all(2)
      #expect(chunks.count == 4 + whole)
      #expect(
        try reader.all(2).map(\.content)
          == Array(try required(bench.appended[2])[..<(whole == 2 ? 3 : 2)]))
      #expect(try Recovery.run(work.folder, identity: bench.gateway).isEmpty)
    }
  }

  @Test func `running twice changes nothing`() throws {
    let bench = try killed()
    _ = try Recovery.run(bench.folder, identity: bench.gateway)
    let before = try bench.read(bench.folder.manifest(1))
    let segment = try bench.read(bench.folder.segment(1))
    #expect(try Recovery.run(bench.folder, identity: bench.gateway).isEmpty)
    #expect(try bench.read(bench.folder.manifest(1)) == before)
    #expect(try bench.read(bench.folder.segment(1)) == segment)
  }

  @Test func `killed between any two steps of closing, recovery ends in the same place`() throws {
    let bench = try killed()
    let work = try Bench()
    try bench.copy(to: work)
    _ = try Recovery.run(work.folder, identity: bench.gateway)
    let segment = try work.read(work.folder.segment(1))
    let manifest = try work.read(work.folder.manifest(1))
    let steps: [[(String, [UInt8])]] = [
      [(bench.folder.segment(1) + ".part", Array(segment.prefix(700)))],
      [(bench.folder.segment(1), segment)],
      [(bench.folder.segment(1), segment), (bench.folder.manifest(1) + ".part", [1, 2])],
      [(bench.folder.segment(1), segment), (bench.folder.manifest(1), manifest)],
    ]
    for step in steps {
      let again = try Bench()
      try bench.copy(to: again)
      for (path, bytes) in step {
        try again.write(
          path.replacingOccurrences(of: bench.folder.path, with: again.folder.path), bytes)
      }
      _ = try Recovery.run(again.folder, identity: bench.gateway)
      #expect(try again.read(again.folder.segment(1)) == segment)
      #expect(try again.read(again.folder.manifest(1)) == manifest)
      #expect(try Disk.list(again.folder.journals).isEmpty)
    }
  }

  @Test func `damage before whole records is not taken for a kill`() throws {
    let bench = try killed()
    let offsets = try boundaries(bench.folder.journal(1))
    for offset in [offsets[3] + 1, offsets[3] + 40, offsets[4] - 2] {
      let work = try Bench()
      try bench.copy(to: work)
      try work.flip(work.folder.journal(1), at: offset)
      let before = try work.read(work.folder.journal(1))
      #expect(
        throws: RecordingError.journal(
          path: work.folder.journal(1), offset: UInt64(offsets[3]), .damagedBeforeWholeRecords)
      ) { try Recovery.run(work.folder, identity: bench.gateway) }
      #expect(try work.read(work.folder.journal(1)) == before)
      let report = try Recovery.run(work.folder, identity: bench.gateway, cuttingDamage: true)
      #expect(report.cut[1] == UInt64(before.count - offsets[3]))
      let verdict = try Verifier.verify(work.folder, trust: .patient(bench.patient.publicKey))
      #expect(verdict.status == .incomplete)
    }
  }

  @Test func `a journal is told while it waits for recovery`() throws {
    let bench = try killed()
    let report = try bench.verify()
    #expect(report.findings.contains(Finding(object: .journal(1), kind: .recoveryNeeded)))
    #expect(report.status == .unverifiable)
  }

  @Test func `a journal of another gateway is refused`() throws {
    let bench = try killed()
    let other = try required(GatewayIdentity(logName: "example.org/other"))
    #expect(throws: RecordingError.self) { try Recovery.run(bench.folder, identity: other) }
    #expect(try Disk.list(bench.folder.manifests).isEmpty)
  }

  @Test func `killed between capsule and journal, the next epoch has a number of its own`() throws {
    let bench = try killed()
    let name = try required(try Disk.list(bench.folder.capsules).first)
    try bench.write(
      bench.folder.capsules + "/00000007" + name.dropFirst(8),
      Capsule.seal(
        keys: [CapsuleKey(category: 2, epoch: 7, key: DataKey())],
        recording: try RecordingHead.load(bench.folder).recording,
        to: bench.patient.publicKey, signedBy: bench.gateway.identity))
    _ = try Recovery.run(bench.folder, identity: bench.gateway)
    let writer = try bench.writer()
    try bench.fill(writer, chunks: 1, from: 3)
    try writer.finish()
    try bench.closeAll()
    #expect(try bench.verify().findings == [])
    #expect(try bench.open().all(1).last?.epoch == 8)
  }
}
