import FluxgateSeal
import FluxgateSignal
import Foundation
import Synchronization
import Testing

@testable import FluxgateRecording

@Suite struct RecordingWriterTests {
  @Test(arguments: SampleType.allCases)
  func `rows come back as they went in`(type: SampleType) throws {
    let dataset = DatasetDescription(
      stream: 7, category: 2, kind: .raw, sampleType: type, columns: 5, rowsPerChunk: 37)
    let bench = try Bench(datasets: [dataset])
    let writer = try bench.writer()
    for (number, rows) in [37, 0, 1, 12, 37].enumerated() {
      try bench.append(
        bench.content(dataset, rows: rows, seed: UInt64(number + 1)), to: writer)
    }
    try writer.finish()
    try bench.closeAll()
    let report = try bench.verify()
    #expect(report.findings == [])
    #expect(report.status == .intact)
    #expect(try bench.open().all(7).map(\.content) == bench.appended[7])
  }

  @Test func `noise that does not compress is stored as it is`() throws {
    let dataset = DatasetDescription(
      stream: 1, category: 2, kind: .raw, sampleType: .float64, columns: 4, rowsPerChunk: 64)
    let bench = try Bench(datasets: [dataset])
    let writer = try bench.writer()
    let rows = RandomBytes.make(dataset.chunkByteCount)
    try writer.append(
      ChunkContent(
        stream: 1, rows: rows, rowCount: 64, firstSample: 0, firstTime: 0, lastTime: 1))
    try writer.finish()
    try bench.closeAll()
    #expect(try bench.open().all(1).map(\.rows) == [rows])
  }

  @Test func `epochs and segments are cut and chained`() throws {
    let bench = try Bench()
    try bench.record()
    let report = try bench.verify()
    #expect(report.findings == [])
    #expect(report.segmentCount == 2)
    #expect(report.entries.count == 2)
    let reader = try bench.open()
    #expect(reader.isClosed)
    #expect(try reader.all(1).map(\.content) == bench.appended[1])
    #expect(try reader.all(2).map(\.epoch) == [1, 1, 2, 2])
    #expect(try reader.all(1).map(\.index) == [0, 1, 2, 3])
  }

  @Test func `metadata is repeated in each epoch and read by its schema`() throws {
    let bench = try Bench()
    try bench.record()
    let reader = try bench.open()
    #expect(try reader.meta(of: 2) == Bench.meta)
    #expect(try reader.meta(of: 4) == nil)
    #expect(try reader.all(DatasetDescription.metaStream(of: 2)).map(\.epoch) == [1, 2])
  }

  @Test(arguments: [0, 1, 65_535, 65_536, 65_537, 200_000])
  func `metadata of any length is paged and joined`(count: Int) throws {
    let bench = try Bench()
    let writer = try bench.writer()
    let document = RandomBytes.make(count)
    try writer.putMeta(4, [1, 2, 3], at: 5)
    try writer.putMeta(4, document, at: 6)
    try writer.finish()
    try bench.closeAll()
    #expect(try bench.open().metaDocument(of: 4) == document)
  }

  @Test func `losses are counted by cause and end in incomplete`() throws {
    let bench = try Bench()
    let writer = try bench.writer()
    var content = bench.content(bench.datasets[0], rows: 20, seed: 1)
    content.gaps = [
      Discontinuity(row: 0, reason: .streamStart, missing: 0, timeStep: 0),
      Discontinuity(row: 4, reason: .counterGap, missing: 7, timeStep: 7_000_000),
      Discontinuity(row: 9, reason: .counterGap, missing: 2, timeStep: 2_000_000),
    ]
    try bench.append(content, to: writer)
    var lost = bench.content(bench.datasets[0], rows: 0, seed: 2)
    lost.gaps = [Discontinuity(row: 0, reason: .linkLost, missing: 100, timeStep: 5)]
    try bench.append(lost, to: writer)
    #expect(writer.counts[1]?.received == 129)
    try writer.finish()
    try bench.closeAll()
    let report = try bench.verify()
    #expect(report.status == .incomplete)
    #expect(report.findings == [Finding(object: .stream(1), kind: .rowsLost(109))])
    #expect(report.counts[1]?.lost == [1: 9, 4: 100])
    #expect(try bench.open().counts(of: 1).stored == 20)
    #expect(try bench.open().all(1).map(\.content) == [content, lost])
  }

  @Test func `only synced chunks are acknowledged`() throws {
    let bench = try Bench()
    let writer = try bench.writer()
    try bench.fill(writer, chunks: 3)
    #expect(writer.sync.acknowledged == 0)
    #expect(try writer.sync.sync() == 6)
    try writer.rollIfNeeded(at: .max)
    try bench.fill(writer, chunks: 1)
    #expect(writer.sync.acknowledged == 6)
    #expect(try writer.sync.sync() == 8)
  }

  @Test func `a segment is cut by bytes`() throws {
    let bench = try Bench()
    let writer = try bench.writer(limits: SegmentLimits(segmentBytes: 3_000))
    try bench.fill(writer, chunks: 20)
    try writer.finish()
    try bench.closeAll()
    let report = try bench.verify()
    #expect(report.status == .intact)
    #expect(report.segmentCount > 2)
    #expect(try bench.open().all(1).map(\.content) == bench.appended[1])
  }

  @Test func `a restart goes on with new epoch and running numbers`() throws {
    let bench = try Bench()
    var writer: RecordingWriter? = try bench.writer()
    try bench.fill(try required(writer), chunks: 2)
    writer = nil
    _ = try Recovery.run(bench.folder, identity: bench.gateway)
    #expect(try bench.verify().status == .incomplete)
    writer = try bench.writer()
    try bench.fill(try required(writer), chunks: 2, from: 2)
    try writer?.finish()
    writer = nil
    try bench.closeAll()
    #expect(try bench.verify().findings == [])
    let chunks = try bench.open().all(1)
    #expect(chunks.map(\.content) == bench.appended[1])
    #expect(chunks.map(\.sequence) == [1, 3, 5, 7])
    #expect(chunks.map(\.epoch) == [1, 1, 2, 2])
    #expect(throws: RecordingError.finished) { try bench.writer() }
  }

  @Test func `two writers cannot hold one recording`() throws {
    let bench = try Bench()
    let writer = try bench.writer()
    #expect(throws: RecordingError.inUse(path: bench.folder.path)) { try bench.writer() }
    #expect(throws: RecordingError.inUse(path: bench.folder.path)) {
      try Recovery.run(bench.folder, identity: bench.gateway)
    }
    try writer.finish()
  }

  @Test func `a chunk that does not fit its dataset is refused`() throws {
    let bench = try Bench()
    let writer = try bench.writer()
    var content = bench.content(bench.datasets[0], rows: 5, seed: 1)
    content.rows.removeLast()
    #expect(throws: RecordingError.chunk(stream: 1, index: 0, .byteCount(59, expected: 60))) {
      try writer.append(content)
    }
    content.stream = 9
    #expect(throws: RecordingError.chunk(stream: 9, index: 0, .unknownStream)) {
      try writer.append(content)
    }
  }

  @Test func `structures beyond the limits are refused`() throws {
    let large = DatasetDescription(
      stream: 1, category: 2, kind: .raw, sampleType: .int32, columns: 512, rowsPerChunk: 513)
    let meta = DatasetDescription(
      stream: 1, category: 2, kind: .meta, sampleType: .int32, columns: 1, rowsPerChunk: 1)
    for datasets in [[], [large], [meta], Bench.plainDatasets + Bench.plainDatasets] {
      #expect(throws: RecordingError.self) { try Bench(datasets: datasets).writer() }
    }
  }

  @Test func `a grantee opens granted categories only`() throws {
    let bench = try Bench()
    let reader = try required(PatientSecret(name: "reader"))
    let writer = try bench.writer()
    writer.recipients.append(Recipient(reader.publicKey, categories: [4]))
    try bench.fill(writer, chunks: 1)
    try writer.rollIfNeeded(at: .max)
    try bench.fill(writer, chunks: 1, from: 1)
    try writer.finish()
    try bench.closeAll()
    #expect(try bench.verify().findings == [])
    let opened = try RecordingReader(
      opening: bench.folder, secret: reader, patient: bench.patient.publicKey)
    #expect(try opened.all(1).isEmpty)
    #expect(try opened.all(2).map(\.epoch) == [2])
    #expect(opened.lockedEpochs(of: 4) == [1])
  }

  @Test func `syncing beside appending never acknowledges ahead`() throws {
    let bench = try Bench()
    let writer = try bench.writer(limits: SegmentLimits(segmentBytes: 20_000))
    let sync = writer.sync
    let done = Atomic<Bool>(false)
    let worst = Atomic<UInt64>(0)
    try withThread {
      while !done.load(ordering: .acquiring) {
        let before = sync.acknowledged
        guard let after = try? sync.sync() else { return }
        if after < before { worst.store(before - after, ordering: .releasing) }
      }
    } while: {
      defer { done.store(true, ordering: .releasing) }
      try bench.fill(writer, chunks: 200)
    }
    #expect(worst.load(ordering: .acquiring) == 0)
    #expect(try sync.sync() == 400)
    try writer.finish()
    try bench.closeAll()
    #expect(try bench.verify().findings == [])
  }

  @Test func `the patient can grant what is recorded already`() throws {
    let bench = try Bench()
    try bench.record()
    let reader = try required(PatientSecret(name: "reader"))
    let head = try RecordingHead.load(bench.folder)
    let mine = bench.patient.publicKey.keyFingerprint.bytes
    let own = try bench.read(bench.folder.capsule(epoch: 2, recipient: mine))
    let keys = try Capsule.open(
      own, with: bench.patient, trusting: bench.gateway.publicKey, recording: head.recording)
    try bench.write(
      bench.folder.capsule(epoch: 2, recipient: reader.publicKey.keyFingerprint.bytes),
      Capsule.seal(
        keys: keys.filter { $0.category == 2 }, recording: head.recording, to: reader.publicKey,
        signedBy: bench.patient.signing))
    #expect(try bench.verify().findings == [])
    #expect(try bench.verify(.gateway(bench.gateway.publicKey)).status == .unverifiable)
    let opened = try RecordingReader(
      opening: bench.folder, secret: reader, patient: bench.patient.publicKey)
    #expect(try opened.all(1).map(\.epoch) == [2, 2])
    #expect(try opened.all(2).isEmpty)
  }

  @Test func `a full disk is told with its number`() throws {
    let file = try File("/dev/full", for: .changing)
    #expect(throws: RecordingError.disk(.write, path: "/dev/full", errno: 28)) {
      try file.write([1], at: 0)
    }
  }
}

/// Runs `side` on a thread of its own while `body` runs here, and waits for both.
private func withThread(
  _ side: @escaping @Sendable () -> Void, while body: () throws -> Void
) throws {
  let ended = DispatchSemaphore(value: 0)
  let thread = Thread {
    side()
    ended.signal()
  }
  thread.start()
  try body()
  ended.wait()
}
