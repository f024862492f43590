import FluxgateSeal
import Foundation
import Testing

@testable import FluxgateRecording

@Suite struct EpochSpanTests {
  private static let second: Int64 = 1_000_000_000
  private static let start = Bench.start / second

  private func span(_ bench: Bench, _ epoch: UInt32) throws -> EpochSpan {
    try EpochSpan.read(
      try bench.read(bench.folder.span(epoch)), gateway: bench.gateway.publicKey)
  }

  private func append(
    _ bench: Bench, _ writer: RecordingWriter, _ dataset: Int, from: Int64, to: Int64
  ) throws {
    var content = bench.content(bench.datasets[dataset], rows: 10, seed: 1)
    content.firstTime = from
    content.lastTime = to
    try bench.append(content, to: writer)
  }

  @Test func `a span has the times of its rows, each category for itself`() throws {
    let bench = try Bench()
    let writer = try bench.writer()
    let planned = try span(bench, 1)
    #expect(!planned.isEnded && planned.from <= Self.start && planned.until > Self.start + 600)
    try append(bench, writer, 0, from: Bench.start - 1, to: Bench.start + 2 * Self.second)
    try append(bench, writer, 1, from: Bench.start + Self.second, to: Bench.start + Self.second)
    try writer.rollEpoch(at: Bench.start + 3 * Self.second)
    let real = try span(bench, 1)
    #expect(real.isEnded && real.recording == writer.recording && real.epoch == 1)
    #expect(real.from == Self.start - 1 && real.until == Self.start + 3)
    let range = try required(real.range(of: [4, 77]))
    #expect(range.from == Self.start + 1 && range.until == Self.start + 2)
    #expect(real.range(of: [77]) == nil)
    #expect(try !span(bench, 2).isEnded)
    try writer.finish()
    #expect(try span(bench, 2).isEnded)
    try bench.closeAll()
    #expect(try bench.verify().status == .intact)
  }

  @Test func `rows of long ago are in the span before their chunk is in the journal`() throws {
    let bench = try Bench()
    let writer = try bench.writer()
    let yesterday = Bench.start - 86_400 * Self.second
    try append(bench, writer, 1, from: yesterday, to: Bench.start)
    #expect(try span(bench, 1).from == Self.start - 86_400)
    #expect(try span(bench, 1).range(of: [2])?.from != Self.start - 86_400)
    try append(bench, writer, 0, from: Bench.start, to: Bench.start + 9000 * Self.second)
    #expect(try span(bench, 1).until == Self.start + 9001)
    try writer.finish()
  }

  @Test func `after a kill recovery ends the span with its planned bounds`() throws {
    let bench = try Bench()
    do {
      let writer = try bench.writer()
      try bench.fill(writer, chunks: 1)
      _ = try writer.sync.sync()
    }
    let planned = try span(bench, 1)
    let report = try Recovery.run(bench.folder, identity: bench.gateway)
    #expect(report.endedSpans == [1])
    #expect(try span(bench, 1) == planned.ended)
    #expect(try Recovery.run(bench.folder, identity: bench.gateway).isEmpty)
  }

  @Test func `each grant of one reader has a capsule of its own`() throws {
    let bench = try Bench()
    let grantee = try required(PatientSecret(name: "clinic"))
    let writer = try bench.writer()
    writer.recipients += [([0xaa, 2, 3, 4, 5], 2), ([0xbb, 2, 3, 4, 5], 4)].map {
      Recipient(grantee.publicKey, categories: [$1], grant: $0)
    }
    try writer.rollEpoch(at: Bench.start + 1)
    try bench.fill(writer, chunks: 1)
    try writer.finish()
    try bench.closeAll()
    let names = try CapsuleName.all(in: bench.folder).filter { $0.epoch == 2 }
    #expect(Set(names.map(\.grant)) == [nil, "aa020304", "bb020304"])
    for (name, category) in [("aa020304", 2), ("bb020304", 4)] as [(String, UInt16)] {
      let file = try required(names.first { $0.grant == name }?.file)
      let capsule = try Capsule.inspect(try bench.read("\(bench.folder.capsules)/\(file)"))
      #expect(capsule.entries.map(\.category) == [category])
    }
    let reader = try RecordingReader(
      opening: bench.folder, secret: grantee, patient: bench.patient.publicKey)
    #expect(reader.lockedEpochs(of: 2) == [1] && reader.lockedEpochs(of: 4) == [1])
    #expect(try bench.verify().status == .intact)
  }

  @Test func `an epoch rolls for new recipients and not before`() throws {
    let bench = try Bench()
    let grantee = try required(PatientSecret(name: "clinic"))
    let writer = try bench.writer()
    try writer.putMeta(2, Bench.meta.encoded(), at: Bench.start)
    writer.recipients.append(Recipient(grantee.publicKey, categories: [2]))
    try bench.fill(writer, chunks: 1)
    #expect(try CapsuleName.all(in: bench.folder).count == 1)
    try writer.rollEpoch(at: Bench.start + 1)
    try bench.fill(writer, chunks: 1, from: 1)
    writer.recipients.removeLast()
    try writer.rollEpoch(at: Bench.start + 2)
    try bench.fill(writer, chunks: 1, from: 2)
    try writer.finish()
    try bench.closeAll()
    #expect(try CapsuleName.all(in: bench.folder).map(\.epoch) == [1, 2, 2, 3])
    let reader = try RecordingReader(
      opening: bench.folder, secret: grantee, patient: bench.patient.publicKey)
    #expect(reader.lockedEpochs(of: 2) == [1, 3] && reader.lockedEpochs(of: 4) == [1, 2, 3])
    #expect(try reader.all(1).map(\.content) == [bench.appended[1]?[1]])
    #expect(try reader.meta(of: 2) == Bench.meta)
    #expect(try bench.verify().status == .intact)
  }

  @Test func `recordings from before spans stay whole`() throws {
    let bench = try Bench()
    try bench.record()
    try FileManager.default.removeItem(atPath: bench.folder.spans)
    #expect(try bench.verify().status == .intact)
    #expect(try bench.open().all(1).count == 4)
  }

  @Test func `an old recording that goes on gets its folder of spans`() throws {
    let bench = try Bench()
    try bench.fill(try bench.writer(), chunks: 1)
    try FileManager.default.removeItem(atPath: bench.folder.spans)
    _ = try Recovery.run(bench.folder, identity: bench.gateway)
    let writer = try bench.writer()
    try bench.fill(writer, chunks: 1, from: 1)
    try writer.finish()
    try bench.closeAll()
    #expect(try Disk.list(bench.folder.spans) == ["00000002.span"])
    #expect(try bench.verify().status == .intact)
  }

  private static func body(
    _ change: (inout [String: CBOR]) -> Void = { _ in }
  ) -> CBOR {
    var fields: [String: CBOR] = [
      "v": .unsigned(1), "recording": .bytes([UInt8](repeating: 7, count: 16)),
      "epoch": .unsigned(3), "from": .int(100), "until": .int(200), "ended": .bool(true),
      "categories": .array([
        .array([.unsigned(1), .int(100), .int(150)]), .array([.unsigned(2), .int(120), .int(200)]),
      ]),
    ]
    change(&fields)
    return CBOR.fields(fields)
  }

  private static func categories(_ rows: [[CBOR]]) -> CBOR { .array(rows.map(CBOR.array)) }

  @Test func `a span that another program wrote is read`() throws {
    let key = SigningKey()
    let file = SignedEnvelope(Self.body(), in: .span, by: key).encoded
    let span = try EpochSpan.read(file, gateway: key.publicKey)
    #expect(span.epoch == 3 && span.from == 100 && span.until == 200 && span.isEnded)
    #expect(span.signed(by: key) == file)
  }

  @Test func `a span with a wrong field is refused by name`() throws {
    let key = SigningKey()
    let wrong: [(String, CBOR)] = [
      ("v", .unsigned(2)), ("recording", .bytes([7])), ("epoch", .unsigned(0)),
      ("epoch", .unsigned(1 << 32)), ("from", .int(99)), ("until", .int(201)),
      ("from", .text("100")), ("ended", .unsigned(1)), ("categories", .array([])),
      ("categories", Self.categories([[.unsigned(1), .int(150), .int(100)]])),
      ("categories", Self.categories([[.unsigned(1), .int(100)]])),
      ("categories", Self.categories([[.unsigned(65_536), .int(100), .int(200)]])),
      (
        "categories",
        Self.categories([
          [.unsigned(2), .int(100), .int(200)], [.unsigned(1), .int(100), .int(200)],
        ])
      ), ("more", .unsigned(1)),
    ]
    for (field, value) in wrong {
      let file = SignedEnvelope(Self.body { $0[field] = value }, in: .span, by: key).encoded
      #expect(throws: DocumentFault.field(field)) {
        try EpochSpan.read(file, gateway: key.publicKey)
      }
    }
    for field in ["v", "recording", "epoch", "from", "until", "ended", "categories"] {
      let file = SignedEnvelope(
        Self.body { $0.removeValue(forKey: field) }, in: .span, by: key
      ).encoded
      #expect(throws: DocumentFault.field(field)) {
        try EpochSpan.read(file, gateway: key.publicKey)
      }
    }
  }

  @Test func `a span of another key or domain is refused`() throws {
    let key = SigningKey()
    let file = SignedEnvelope(Self.body(), in: .span, by: key).encoded
    #expect(throws: DocumentFault.signature) {
      try EpochSpan.read(file, gateway: SigningKey().publicKey)
    }
    let other = SignedEnvelope(Self.body(), in: .manifest, by: key).encoded
    #expect(throws: DocumentFault.signature) {
      try EpochSpan.read(other, gateway: key.publicKey)
    }
    #expect(throws: DocumentFault.encoding) {
      try EpochSpan.read(Array(file.dropLast()), gateway: key.publicKey)
    }
  }

  @Test func `verification names a span that is not its epoch's`() throws {
    let bench = try Bench()
    try bench.record()
    let other = try Bench()
    try other.record()
    try bench.write(bench.folder.span(1), try bench.read(bench.folder.span(2)))
    #expect(
      try bench.verify().findings == [
        Finding(object: .span(1), kind: .document(.field("epoch")))
      ])
    try bench.write(bench.folder.span(1), try other.read(other.folder.span(1)))
    #expect(
      try bench.verify().findings == [Finding(object: .span(1), kind: .document(.signature))])
    try FileManager.default.removeItem(atPath: bench.folder.span(1))
    try bench.write(bench.folder.spans + "/7.span", [0])
    #expect(
      try bench.verify().findings == [Finding(object: .file("spans/7.span"), kind: .extra)])
  }
}
