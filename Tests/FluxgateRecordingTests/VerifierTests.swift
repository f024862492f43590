import CHDF5
import FluxgateSeal
import Foundation
import Testing

@testable import FluxgateRecording

/// Every kind of object, damaged: the report names it.
@Suite struct VerifierTests {
  private func recorded() throws -> Bench {
    let bench = try Bench()
    try bench.record()
    return bench
  }

  private func findings(_ bench: Bench) throws -> Set<Finding> {
    let report = try bench.verify()
    #expect(report.status == .damaged)
    return Set(report.findings)
  }

  @Test func `a flipped bit in the head is named`() throws {
    let bench = try recorded()
    try bench.flip(bench.folder.recording, at: 60)
    #expect(try findings(bench).map(\.object) == [.recording])
  }

  @Test func `a flipped bit in the pairing is named`() throws {
    let bench = try recorded()
    try bench.flip(bench.folder.pairing, at: 50)
    #expect(try findings(bench).map(\.object) == [.pairing])
  }

  @Test(arguments: [40, 400, 900])
  func `a flipped bit in a manifest is named`(offset: Int) throws {
    let bench = try recorded()
    try bench.flip(bench.folder.manifest(1), at: offset)
    #expect(try findings(bench).contains { $0.object == .manifest(1) })
  }

  @Test func `a flipped bit in a sealed chunk names the chunk`() throws {
    let bench = try recorded()
    let chunk = try bench.open().all(1)[1]
    let bytes = try bench.read(bench.folder.segment(1))
    // The chunk's header is found by stream and index; the flip goes into its ciphertext.
    var place: [UInt8] = []
    place.append(littleEndian: UInt32(1))
    let start = try required(
      (0..<(bytes.count - 80)).first { at in
        bytes[at..<(at + 4)].elementsEqual(Array("FXC1".utf8))
          && bytes[(at + 24)..<(at + 28)].elementsEqual(place) && bytes[at + 40] == 1
      })
    try bench.flip(bench.folder.segment(1), at: start + 90)
    #expect(
      try findings(bench) == [
        Finding(object: .chunk(segment: 1, stream: 1, index: chunk.index), kind: .digest),
        Finding(object: .segment(1), kind: .digest),
      ])
    #expect(throws: RecordingError.chunk(stream: 1, index: 1, .digest)) {
      try bench.open().all(1)
    }
  }

  @Test func `a flipped bit anywhere in a segment is damage`() throws {
    let bench = try recorded()
    let whole = try bench.read(bench.folder.segment(2))
    for offset in stride(from: 0, to: whole.count, by: max(1, whole.count / 160)) {
      var bytes = whole
      bytes[offset] ^= 0x10
      try bench.write(bench.folder.segment(2), bytes)
      let report = try bench.verify()
      #expect(report.status == .damaged, "offset \(offset)")
      #expect(report.findings.contains { "\($0.object)".hasPrefix("segment 2") })
    }
  }

  @Test func `a flipped bit in a capsule is named`() throws {
    let bench = try recorded()
    let name = try Disk.list(bench.folder.capsules)[1]
    try bench.flip("\(bench.folder.capsules)/\(name)", at: 200)
    #expect(try findings(bench).map(\.object) == [.capsule(name)])
    #expect(throws: RecordingError.self) { try bench.open() }
  }

  @Test func `a salt of another length is named`() throws {
    let bench = try recorded()
    try bench.write(bench.folder.salt, [1, 2, 3])
    #expect(try findings(bench) == [Finding(object: .salt, kind: .size)])
  }

  @Test(arguments: ["segments/00000001.h5", "manifests/00000001.manifest", "pairing", "recording"])
  func `a missing file is named`(name: String) throws {
    let bench = try recorded()
    try FileManager.default.removeItem(atPath: "\(bench.folder.path)/\(name)")
    let report = try bench.verify()
    #expect(report.status == .damaged)
    #expect(report.findings.contains { $0.kind == .missing })
  }

  @Test(arguments: [
    "notes.txt", "segments/00000009.h5", "segments/1.h5", "capsules/key", "journal/x",
  ])
  func `a file too many is named`(name: String) throws {
    let bench = try recorded()
    try bench.write("\(bench.folder.path)/\(name)", [0])
    #expect(try findings(bench) == [Finding(object: .file(name), kind: .extra)])
  }

  @Test func `the last segment cannot be dropped unseen`() throws {
    let bench = try recorded()
    try FileManager.default.removeItem(atPath: bench.folder.segment(2))
    try FileManager.default.removeItem(atPath: bench.folder.manifest(2))
    let report = try bench.verify()
    #expect(report.status == .incomplete)
    #expect(report.findings == [Finding(object: .manifest(1), kind: .notClosed)])
  }

  @Test func `swapped manifests break the chain`() throws {
    let bench = try recorded()
    let (first, second) = (
      try bench.read(bench.folder.manifest(1)), try bench.read(bench.folder.manifest(2))
    )
    try bench.write(bench.folder.manifest(1), second)
    try bench.write(bench.folder.manifest(2), first)
    #expect(
      try findings(bench).isSuperset(of: [
        Finding(object: .manifest(1), kind: .document(.field("segment"))),
        Finding(object: .manifest(2), kind: .document(.field("segment"))),
      ]))
  }

  @Test func `everything replaced under another gateway's key is refused`() throws {
    let bench = try recorded()
    let other = try recorded()
    let pairing = try bench.read(bench.folder.pairing)
    try other.write(other.folder.pairing, pairing)
    let report = try Verifier.verify(other.folder, trust: .patient(bench.patient.publicKey))
    #expect(report.findings == [Finding(object: .pairing, kind: .document(.signer))])
    #expect(report.status == .damaged)
    let byKey = try other.verify(.gateway(bench.gateway.publicKey))
    #expect(byKey.findings == [Finding(object: .recording, kind: .document(.signer))])
    #expect(throws: RecordingError.self) {
      try RecordingReader(opening: other.folder, secret: bench.patient)
    }
  }

  @Test func `without a key the signer is unknown`() throws {
    let bench = try recorded()
    #expect(try bench.verify(.nobody).status == .unverifiable)
    #expect(try bench.verify(.gateway(bench.gateway.publicKey)).status == .intact)
  }

  @Test func `a chunk of another recording is refused`() throws {
    let bench = try recorded()
    let other = try recorded()
    try bench.write(bench.folder.segment(1), try other.read(other.folder.segment(1)))
    #expect(
      try findings(bench).isSuperset(of: [
        Finding(object: .part(segment: 1, path: "/@recording"), kind: .structure("value")),
        Finding(object: .chunk(segment: 1, stream: 1, index: 0), kind: .place),
      ]))
  }

  @Test func `without salt and capsules a recording is whole, and nobody says why`() throws {
    let bench = try recorded()
    try FileManager.default.removeItem(atPath: bench.folder.salt)
    for name in try Disk.list(bench.folder.capsules) {
      try FileManager.default.removeItem(atPath: "\(bench.folder.capsules)/\(name)")
    }
    let report = try bench.verify()
    #expect(report.isErased)
    #expect(report.findings == [Finding(object: .salt, kind: .keysGone)])
    #expect(report.status == .incomplete)
    #expect(throws: RecordingError.noKey) { try bench.open() }
  }

  @Test func `proofs are judged by the caller`() throws {
    let bench = try recorded()
    try bench.write(bench.folder.proof(2), [9])
    var seen: [(UInt32, Int, [UInt8])] = []
    let report = try Verifier.verify(bench.folder, trust: .gateway(bench.gateway.publicKey)) {
      seen.append(($0, $1.count, $2))
      return .unreachable
    }
    #expect(seen.map(\.0) == [2] && seen[0].1 == 32 && seen[0].2 == [9])
    #expect(report.status == .unverifiable)
  }
}
