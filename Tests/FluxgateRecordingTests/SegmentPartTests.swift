import FluxgateSeal
import Foundation
import Testing

@testable import FluxgateRecording

/// What a vault hands out: one category of one segment, with everything that proves it.
@Suite struct SegmentPartTests {
  private final class Released {
    let bench: Bench
    let reader: PatientSecret
    let folder: RecordingFolder

    /// Category 2 of the second segment, for a reader with its key.
    init() throws {
      bench = try Bench()
      reader = try required(PatientSecret(name: "clinic"))
      let writer = try bench.writer()
      try writer.putMeta(2, Bench.meta.encoded(), at: Bench.start)
      try bench.fill(writer, chunks: 2)
      writer.recipients.append(Recipient(reader.publicKey, categories: [2]))
      try writer.rollEpoch(at: Bench.start + 1)
      try bench.fill(writer, chunks: 2, from: 2)
      try writer.finish()
      try bench.closeAll()
      folder = RecordingFolder(bench.root + "/part")
      for name in [""] + RecordingFolder.folders { try Disk.makeFolder("\(folder.path)/\(name)") }
      for number: UInt32 in [1, 2] { try copy { $0.manifest(number) } }
      try copy { $0.recording }
      try copy { $0.pairing }
      try copy { $0.salt }
      try copy { [reader] in
        $0.capsule(epoch: 2, recipient: reader.publicKey.keyFingerprint.bytes)
      }
      try writeSegment(2, [2])
      try bench.write(
        folder.partNote, PartNote(categories: [2], segments: [2]).encoded)
    }

    func copy(_ path: (RecordingFolder) -> String) throws {
      try bench.write(path(folder), try bench.read(path(bench.folder)))
    }

    func writeSegment(_ number: UInt32, _ categories: Set<UInt16>) throws {
      try SegmentPart.write(
        from: bench.folder.segment(number), to: folder.segment(number),
        head: try bench.read(bench.folder.recording),
        manifest: try bench.read(bench.folder.manifest(number)), categories: categories)
    }

    func verify() throws -> VerificationReport {
      try Verifier.verify(folder, trust: .patient(bench.patient.publicKey))
    }

    func open() throws -> RecordingReader {
      try RecordingReader(opening: folder, secret: reader, patient: bench.patient.publicKey)
    }
  }

  @Test func `a part verifies, says what it is, and opens for its reader`() throws {
    let released = try Released()
    let report = try released.verify()
    #expect(report.findings.isEmpty)
    #expect(report.part == PartNote(categories: [2], segments: [2]))
    #expect(report.segmentCount == 1 && report.chunkCount == 3 && report.counts[2] == nil)
    let reader = try released.open()
    #expect(
      try reader.all(1).map(\.content) == released.bench.appended[1].map { Array($0[2...]) })
    #expect(try reader.meta(of: 2) == Bench.meta)
    #expect(try reader.all(2).isEmpty)
    #expect(reader.lockedEpochs(of: 2) == [1] && reader.lockedEpochs(of: 4) == [1, 2])
    #expect(try RecordingOutline(released.folder).part == report.part)
  }

  @Test func `only the chunks of the granted category leave`() throws {
    let released = try Released()
    let whole = try released.bench.read(released.bench.folder.segment(2))
    let part = try released.bench.read(released.folder.segment(2))
    let manifest = try Manifest(
      try released.bench.read(released.bench.folder.manifest(2)),
      by: released.bench.gateway.publicKey)
    let source = try SegmentInspector(released.bench.folder.segment(2))
    for stream in manifest.streams {
      for chunk in stream.chunks {
        let sealed = try SegmentChunk.sealed(chunk, of: stream, in: manifest, source)
        #expect(Self.holds(whole, sealed))
        #expect(Self.holds(part, sealed) == (stream.dataset.category == 2))
      }
    }
    try released.writeSegment(2, [2])
    #expect(try released.bench.read(released.folder.segment(2)) == part)
  }

  private static func holds(_ file: [UInt8], _ bytes: [UInt8]) -> Bool {
    Data(file).range(of: Data(bytes)) != nil
  }

  @Test func `a part with all categories has every chunk`() throws {
    let released = try Released()
    try released.writeSegment(2, [2, 4])
    try released.bench.write(
      released.folder.partNote, PartNote(categories: [2, 4], segments: [2]).encoded)
    #expect(try released.verify().findings.isEmpty)
  }

  @Test func `a damaged segment gives no part`() throws {
    let released = try Released()
    let bench = released.bench
    let before = try bench.read(released.folder.segment(2))
    let whole = try bench.read(bench.folder.segment(2))
    let chunk = try required(Data(whole).range(of: Data("FXC1".utf8)))
    try bench.flip(bench.folder.segment(2), at: chunk.lowerBound + 90)
    #expect(throws: RecordingError.self) { try released.writeSegment(2, [2, 4]) }
    #expect(try bench.read(released.folder.segment(2)) == before)
  }

  @Test func `a manifest of another recording gives no part`() throws {
    let released = try Released()
    let other = try Bench()
    try other.record()
    let bench = released.bench
    #expect(throws: RecordingError.self) {
      try SegmentPart.write(
        from: bench.folder.segment(2), to: released.folder.segment(2),
        head: try bench.read(bench.folder.recording),
        manifest: try other.read(other.folder.manifest(2)), categories: [2])
    }
  }

  @Test func `what is not as the note says is named`() throws {
    let released = try Released()
    let bench = released.bench
    let segment = try bench.read(released.folder.segment(2))
    // More than the note names.
    try released.writeSegment(2, [2, 4])
    #expect(
      try released.verify().findings == [
        Finding(object: .part(segment: 2, path: "/c4/s2"), kind: .structure("chunk count")),
        Finding(object: .part(segment: 2, path: "/c4/s2"), kind: .structure("extent")),
      ])
    // Less.
    try released.writeSegment(2, [])
    #expect(try released.verify().status == .damaged)
    try bench.write(released.folder.segment(2), segment)
    try bench.write(released.folder.segment(1), segment)
    #expect(
      try released.verify().findings == [
        Finding(object: .file("segments/00000001.h5"), kind: .extra)
      ])
    try FileManager.default.removeItem(atPath: released.folder.segment(1))
    try FileManager.default.removeItem(atPath: released.folder.segment(2))
    #expect(
      try released.verify().findings == [Finding(object: .segment(2), kind: .missing)])
  }

  @Test func `a flipped bit in a part's chunk is named`() throws {
    let released = try Released()
    let file = try released.bench.read(released.folder.segment(2))
    let chunk = try required(Data(file).range(of: Data("FXC1".utf8)))
    try released.bench.flip(released.folder.segment(2), at: chunk.lowerBound + 90)
    let report = try released.verify()
    #expect(report.status == .damaged && report.findings.map(\.kind) == [.digest])
  }

  @Test func `a note that names what does not exist is named`() throws {
    let released = try Released()
    let note = { (categories: Set<UInt16>, segments: Set<UInt32>) in
      try released.bench.write(
        released.folder.partNote, PartNote(categories: categories, segments: segments).encoded)
    }
    try note([2], [2, 9])
    #expect(
      try released.verify().findings == [Finding(object: .manifest(9), kind: .missing)])
    try note([2, 9], [2])
    #expect(
      try released.verify().findings == [
        Finding(object: .partNote, kind: .document(.field("categories")))
      ])
  }

  @Test func `a note of another form is refused`() throws {
    let good: [String: CBOR] = [
      "v": .unsigned(1), "categories": .array([.unsigned(2)]),
      "segments": .array([.unsigned(1), .unsigned(2)]),
    ]
    #expect(try PartNote(CBOR.fields(good).encoded()).segments == [1, 2])
    let wrong: [(String, CBOR?)] = [
      ("v", .unsigned(2)), ("v", nil), ("categories", nil), ("segments", nil),
      ("categories", .array([])), ("categories", .array([.unsigned(65_536)])),
      ("categories", .array([.unsigned(2), .unsigned(2)])),
      ("segments", .array([.unsigned(2), .unsigned(1)])), ("segments", .array([.unsigned(0)])),
      ("segments", .text("1")), ("more", .unsigned(1)),
    ]
    for (field, value) in wrong {
      let file = CBOR.fields(
        good.merging([field: value ?? .null]) { $1 }.filter {
          value != nil || $0.key != field
        }
      ).encoded()
      #expect(throws: DocumentFault.field(field)) { try PartNote(file) }
    }
    #expect(throws: DocumentFault.encoding) { try PartNote([1, 2]) }
  }

  @Test func `capsules of a grant are named by it and signed by the patient or the gateway`() throws
  {
    let bench = try Bench()
    try bench.record()
    let reader = try required(PatientSecret(name: "clinic"))
    let mine = try bench.read(
      bench.folder.capsule(epoch: 1, recipient: bench.patient.publicKey.keyFingerprint.bytes))
    let keys = try Capsule.open(
      mine, with: bench.patient, trusting: bench.gateway.publicKey,
      recording: try bench.open().recording)
    let path = bench.folder.capsule(
      epoch: 1, recipient: reader.publicKey.keyFingerprint.bytes,
      grant: [0xa0, 0x01, 0x02, 0x03, 0x04])
    #expect(path.hasSuffix("-a0010203.capsule"))
    let seal = { (signer: SigningKey) in
      Capsule.seal(
        keys: keys.filter { $0.category == 2 }, recording: try bench.open().recording,
        to: reader.publicKey, signedBy: signer)
    }
    try bench.write(path, try seal(bench.patient.signing))
    #expect(try bench.verify().findings.isEmpty)
    #expect(
      try RecordingReader(
        opening: bench.folder, secret: reader, patient: bench.patient.publicKey
      ).all(1).count == 2)
    let gateway = Trust.gateway(bench.gateway.publicKey)
    #expect(try bench.verify(gateway).findings.map(\.kind) == [.signerUnknown])
    try bench.write(path, try seal(bench.gateway.identity))
    #expect(try bench.verify().findings.isEmpty && bench.verify(gateway).findings.isEmpty)
    try bench.write(path, try seal(reader.signing))
    #expect(try bench.verify().findings.map(\.kind) == [.document(.signer)])
    #expect(try bench.verify(gateway).findings.map(\.kind) == [.signerUnknown])
  }

  @Test(arguments: [
    "00000001-0123456789abcdef-0123456.capsule", "00000001-0123456789abcdef-0123456G.capsule",
    "00000001-0123456789abcdef-01234567-01234567.capsule", "1-0123456789abcdef.capsule",
    "00000001-0123456789abcdef-ABCDEF01.capsule", "00000001-0123456789abcdef-.capsule",
    "00000000-0123456789abcdef.capsule", "00000001-0123456789abcdef-01234567",
  ])
  func `a capsule of another name does not belong`(name: String) throws {
    #expect(CapsuleName(name) == nil)
    #expect(CapsuleName("00000001-0123456789abcdef-01234567.capsule")?.grant == "01234567")
    #expect(CapsuleName("00000001-0123456789abcdef.capsule")?.grant == nil)
  }
}
