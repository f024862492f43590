import CHDF5
import Fluxgate
import FluxgateRecording
import FluxgateSeal
import Foundation
import Testing

extension EndToEnd {
  /// Whatever is changed in a finished recording, `verify` names it.
  @Suite struct TamperTests {
    @Test(arguments: Damage.all)
    func `a flipped byte is damage, and the object is named`(damage: Damage) throws {
      let copy = try RecordedOnce.copy()
      defer { copy.remove() }
      #expect(try copy.verify().status == .intact)
      let path = "\(copy.folder.path)/\(try copy.path(of: damage.file))"
      let size = try Data(contentsOf: URL(fileURLWithPath: path)).count
      for share in [0.1, 0.5, 0.9] {
        let whole = try copy.flip(path, at: Int(Double(size) * share))
        let report = try copy.verify()
        #expect(report.status == .damaged, "\(damage.file) \(share)")
        let named = report.findings.map { "\($0.object)" }
        #expect(named.contains { $0.hasPrefix(damage.names) }, "\(damage.file): \(named)")
        try whole.write(to: URL(fileURLWithPath: path))
      }
    }

    @Test func `a flipped byte in a journal is damage, a torn end is not`() throws {
      let copy = try RecordedOnce.liveCopy()
      defer { copy.remove() }
      let path = copy.folder.journal(1)
      #expect(try copy.verify().findings.map(\.object).contains(.journal(1)))
      #expect(try copy.verify().status != .damaged)
      let size = try Data(contentsOf: URL(fileURLWithPath: path)).count
      for offset in [20, size / 3] {
        let whole = try copy.flip(path, at: offset)
        let report = try copy.verify()
        #expect(report.status == .damaged, "\(report.findings)")
        #expect(
          report.findings.contains { $0.object == .journal(1) && $0.kind != .recoveryNeeded })
        #expect(throws: RecordingError.self) {
          try Recovery.run(copy.folder, identity: RecordedOnce.shop().identity)
        }
        try whole.write(to: URL(fileURLWithPath: path))
      }
      try whole(path, cutTo: size - 3)
      #expect(try copy.verify().status != .damaged)
    }

    private func whole(_ path: String, cutTo size: Int) throws {
      try Data(contentsOf: URL(fileURLWithPath: path)).prefix(size)
        .write(to: URL(fileURLWithPath: path))
    }

    @Test func `swapped chunks are named`() throws {
      let report = try changed { dataset, second in
        let (one, two) = (try chunk(dataset, row: 0), try chunk(dataset, row: second))
        try put(two, dataset, row: 0)
        try put(one, dataset, row: second)
      }
      #expect(report.contains(.chunk(segment: 1, stream: 1, index: 0)), "\(report)")
      #expect(report.contains(.chunk(segment: 1, stream: 1, index: 1)), "\(report)")
    }

    @Test func `a repeated chunk is named`() throws {
      let report = try changed { dataset, second in
        try put(try chunk(dataset, row: 0), dataset, row: second)
      }
      #expect(report.contains(.chunk(segment: 1, stream: 1, index: 1)), "\(report)")
    }

    @Test func `a dropped chunk is named`() throws {
      let report = try changed { dataset, second in
        let extent = [hsize_t(second), hsize_t(64)]
        try #require(H5Dset_extent(dataset, extent) >= 0)
      }
      #expect(report.contains(.chunk(segment: 1, stream: 1, index: 1)), "\(report)")
    }

    @Test func `another gateway's recording is refused`() throws {
      let copy = try RecordedOnce.copy()
      defer { copy.remove() }
      let stranger = try Workshop()
      let report = try RecordingCheck.run(copy.folder.path, patient: stranger.patient.publicKey)
      #expect(report.status == .damaged)
      #expect(report.findings.map(\.object).contains(.pairing))
      #expect(throws: RecordingError.self) {
        try RecordingReader(opening: copy.folder, secret: stranger.patient)
      }
      let key = Trust.gateway(stranger.identity.publicKey)
      #expect(try Verifier.verify(copy.folder, trust: key).status == .damaged)
      // The patient's own pairing with the other gateway does not make it that gateway's work.
      let pairing = Pairing(
        patient: try RecordedOnce.shop().patient.publicKey, gateway: stranger.identity.publicKey,
        logVerifierKey: stranger.identity.logVerifierKey, created: 1_700_000_000
      ).signed(by: try RecordedOnce.shop().patient)
      try Data(pairing).write(to: URL(fileURLWithPath: copy.folder.pairing))
      #expect(try copy.verify().status == .damaged)
      #expect(throws: RecordingError.self) {
        try RecordingReader(opening: copy.folder, secret: RecordedOnce.shop().patient)
      }
    }

    /// Changes stream 1 of segment 1 through HDF5's own calls; the objects then named.
    private func changed(_ change: (hid_t, Int) throws -> Void) throws -> [RecordingObject] {
      let copy = try RecordedOnce.copy()
      defer { copy.remove() }
      fg_h5_silence()
      let file = H5Fopen(copy.folder.segment(1), 1, hid_t(H5P_DEFAULT))
      try #require(file >= 0)
      let dataset = H5Dopen2(file, "c2/s1", hid_t(H5P_DEFAULT))
      try #require(dataset >= 0)
      try change(dataset, RecordedOnce.rowsPerChunk)
      H5Dclose(dataset)
      try #require(H5Fclose(file) >= 0)
      let report = try copy.verify()
      #expect(report.status == .damaged)
      return report.findings.map(\.object)
    }

    private func chunk(_ dataset: hid_t, row: Int) throws -> [UInt8] {
      let place = fg_h5_chunk_at(dataset, hsize_t(row))
      var bytes = [UInt8](repeating: 0, count: Int(place.size))
      var mask: UInt32 = 0
      let offset = [hsize_t(row), 0]
      try #require(H5Dread_chunk(dataset, hid_t(H5P_DEFAULT), offset, &mask, &bytes) >= 0)
      return bytes
    }

    private func put(_ bytes: [UInt8], _ dataset: hid_t, row: Int) throws {
      let offset = [hsize_t(row), 0]
      try #require(
        H5Dwrite_chunk(dataset, hid_t(H5P_DEFAULT), 0, offset, bytes.count, bytes) >= 0)
    }
  }
}

/// A kind of file, and how a finding about it begins.
struct Damage: Sendable, CustomTestStringConvertible {
  let file: String
  let names: String
  var testDescription: String { file }

  static let all = [
    Damage(file: "recording", names: "recording"), Damage(file: "pairing", names: "pairing"),
    Damage(file: "capsules", names: "capsule"), Damage(file: "segments", names: "segment 1"),
    Damage(file: "manifests", names: "manifest 1"), Damage(file: "proofs", names: "proof 1"),
    // Nothing signed tells the salt: the ledger's entry no longer fits its proof.
    Damage(file: "salt", names: "proof 1"),
  ]
}

/// One whole recording for all tests of this file, and its folder as it was while it ran.
enum RecordedOnce {
  static let rowsPerChunk = 2_000

  // Its values never change once it is made.
  nonisolated(unsafe) private static let made = Result { try record() }

  static func shop() throws -> Workshop { try made.get() }
  static func copy() throws -> Copy { try Copy(of: shop().recording.path) }
  static func liveCopy() throws -> Copy { try Copy(of: shop().root + "/live") }

  private static func record() throws -> Workshop {
    let shop = try Workshop()
    let bench = ThreeDevices(folder: shop.root)
    try bench.start()
    defer { bench.stop() }
    let session = try RecordingSession.start(try shop.plan(bench.sources()))
    Thread.sleep(forTimeInterval: 3)
    try FileManager.default.copyItem(atPath: shop.recording.path, toPath: shop.root + "/live")
    let result = session.finish()
    try #require(result.exit == .done)
    return shop
  }

  struct Copy {
    let folder: RecordingFolder

    init(of path: String) throws {
      folder = RecordingFolder(
        FileManager.default.temporaryDirectory.path + "/fluxgate-\(UUID().uuidString)")
      try FileManager.default.copyItem(atPath: path, toPath: folder.path)
    }

    func remove() { try? FileManager.default.removeItem(atPath: folder.path) }

    func verify() throws -> VerificationReport {
      try RecordingCheck.run(folder.path, patient: RecordedOnce.shop().patient.publicKey)
    }

    /// A file of the folder by its name, or the first one in the sub-folder of that name.
    func path(of name: String) throws -> String {
      let inside = try? FileManager.default.contentsOfDirectory(atPath: folder.path + "/" + name)
      return inside.flatMap { $0.sorted().first }.map { "\(name)/\($0)" } ?? name
    }

    /// Changes one bit and gives back the file as it was.
    func flip(_ path: String, at offset: Int) throws -> Data {
      let whole = try Data(contentsOf: URL(fileURLWithPath: path))
      var bytes = [UInt8](whole)
      bytes[offset] ^= 0x10
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      return whole
    }
  }
}
