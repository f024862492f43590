import CHDF5
import FluxgateSeal
import Foundation
import Testing

@testable import FluxgateRecording

/// What HDF5 itself would accept without a word: the verifier names each.
@Suite struct SegmentTamperTests {
  /// Changes segment 1 of a recording through HDF5's own calls.
  private func tampered(_ change: (hid_t) throws -> Void) throws -> VerificationReport {
    let bench = try Bench()
    try bench.record()
    fg_h5_silence()
    let file = H5Fopen(bench.folder.segment(1), 1, hid_t(H5P_DEFAULT))
    try #require(file >= 0)
    try change(file)
    try #require(H5Fclose(file) >= 0)
    let report = try bench.verify()
    #expect(report.status == .damaged)
    return report
  }

  private func chunk(_ dataset: hid_t, row: Int) throws -> [UInt8] {
    let place = fg_h5_chunk_at(dataset, hsize_t(row))
    var bytes = [UInt8](repeating: 0, count: Int(place.size))
    var mask: UInt32 = 0
    let offset = [hsize_t(row), 0]
    try #require(H5Dread_chunk(dataset, hid_t(H5P_DEFAULT), offset, &mask, &bytes) >= 0)
    return bytes
  }

  private func put(_ bytes: [UInt8], _ dataset: hid_t, row: Int, mask: UInt32 = 0) throws {
    let offset = [hsize_t(row), 0]
    try #require(
      H5Dwrite_chunk(dataset, hid_t(H5P_DEFAULT), mask, offset, bytes.count, bytes) >= 0)
  }

  private func withStream(_ file: hid_t, _ body: (hid_t) throws -> Void) throws {
    let dataset = H5Dopen2(file, "c2/s1", hid_t(H5P_DEFAULT))
    try #require(dataset >= 0)
    defer { H5Dclose(dataset) }
    try body(dataset)
  }

  private func expect(
    _ report: VerificationReport, _ object: RecordingObject, _ kind: FindingKind,
    _ location: SourceLocation = #_sourceLocation
  ) {
    #expect(
      report.findings.contains(Finding(object: object, kind: kind)), "\(report.findings)",
      sourceLocation: location)
  }

  @Test func `two chunks swapped`() throws {
    let report = try tampered { file in
      try withStream(file) { dataset in
        let (first, second) = (try chunk(dataset, row: 0), try chunk(dataset, row: 50))
        try put(second, dataset, row: 0)
        try put(first, dataset, row: 50)
      }
    }
    expect(report, .chunk(segment: 1, stream: 1, index: 0), .place)
    expect(report, .chunk(segment: 1, stream: 1, index: 1), .place)
  }

  @Test func `a chunk repeated in place of another`() throws {
    let report = try tampered { file in
      try withStream(file) { try put(try chunk($0, row: 0), $0, row: 50) }
    }
    expect(report, .chunk(segment: 1, stream: 1, index: 1), .place)
  }

  @Test func `plaintext put in with the filter skipped`() throws {
    let report = try tampered { file in
      try withStream(file) { try put([UInt8](repeating: 1, count: 600), $0, row: 0, mask: 1) }
    }
    expect(report, .chunk(segment: 1, stream: 1, index: 0), .mask(1))
  }

  @Test func `the extent shrunk drops a chunk`() throws {
    let report = try tampered { file in
      try withStream(file) { try #require(H5Dset_extent($0, [50, 3]) >= 0) }
    }
    expect(report, .chunk(segment: 1, stream: 1, index: 1), .missing)
    expect(report, .part(segment: 1, path: "/c2/s1"), .structure("extent"))
  }

  @Test func `shrunk and grown again leaves a hole of fill values`() throws {
    let report = try tampered { file in
      try withStream(file) {
        try #require(H5Dset_extent($0, [50, 3]) >= 0)
        try #require(H5Dset_extent($0, [100, 3]) >= 0)
      }
    }
    expect(report, .chunk(segment: 1, stream: 1, index: 1), .missing)
    expect(report, .part(segment: 1, path: "/c2/s1"), .structure("chunk count"))
  }

  @Test func `the extent grown`() throws {
    let report = try tampered { file in
      try withStream(file) { try #require(H5Dset_extent($0, [150, 3]) >= 0) }
    }
    expect(report, .part(segment: 1, path: "/c2/s1"), .structure("extent"))
  }

  @Test func `a chunk added beyond`() throws {
    let report = try tampered { file in
      try withStream(file) {
        try #require(H5Dset_extent($0, [150, 3]) >= 0)
        try put(try chunk($0, row: 0), $0, row: 100)
      }
    }
    expect(report, .part(segment: 1, path: "/c2/s1"), .structure("chunk count"))
  }

  @Test(arguments: ["/", "/c2", "/c2/s1"])
  func `an attribute added`(path: String) throws {
    let report = try tampered { file in
      let space = H5Screate(H5S_SCALAR)
      let object = H5Oopen(file, path, hid_t(H5P_DEFAULT))
      let attribute = H5Acreate2(
        object, "gain", fg_h5_type(3), space, hid_t(H5P_DEFAULT), hid_t(H5P_DEFAULT))
      try #require(attribute >= 0)
      H5Aclose(attribute)
      H5Oclose(object)
      H5Sclose(space)
    }
    expect(report, .part(segment: 1, path: path), .structure("attributes"))
  }

  @Test func `a group added`() throws {
    let report = try tampered { file in
      let group = H5Gcreate2(
        file, "c9", hid_t(H5P_DEFAULT), hid_t(H5P_DEFAULT), hid_t(H5P_DEFAULT))
      try #require(H5Gclose(group) >= 0)
    }
    expect(report, .part(segment: 1, path: "/c9"), .extra)
  }

  @Test func `a dataset behind a soft or external link`() throws {
    let soft = try tampered { file in
      try #require(
        H5Lmove(file, "c2/s1", file, "c2/x", hid_t(H5P_DEFAULT), hid_t(H5P_DEFAULT)) >= 0)
      try #require(
        H5Lcreate_soft("/c2/x", file, "c2/s1", hid_t(H5P_DEFAULT), hid_t(H5P_DEFAULT)) >= 0)
    }
    expect(soft, .part(segment: 1, path: "/c2/s1"), .structure("link"))
    expect(soft, .part(segment: 1, path: "/c2/x"), .extra)
    let external = try tampered { file in
      try #require(H5Ldelete(file, "c2/s1", hid_t(H5P_DEFAULT)) >= 0)
      try #require(
        H5Lcreate_external(
          "/etc/passwd", "/", file, "c2/s1", hid_t(H5P_DEFAULT), hid_t(H5P_DEFAULT)) >= 0)
    }
    expect(external, .part(segment: 1, path: "/c2/s1"), .structure("link"))
  }

  @Test func `a dataset under two names`() throws {
    let report = try tampered { file in
      try #require(
        H5Lcreate_hard(
          file, "c2/s1", file, "c4/s1", hid_t(H5P_DEFAULT), hid_t(H5P_DEFAULT)) >= 0)
    }
    expect(report, .part(segment: 1, path: "/c4/s1"), .extra)
    expect(report, .part(segment: 1, path: "/c2/s1"), .structure("links"))
  }

  @Test func `a dataset replaced by a plain one`() throws {
    let report = try tampered { file in
      try #require(H5Ldelete(file, "c2/s1", hid_t(H5P_DEFAULT)) >= 0)
      let space = H5Screate_simple(2, [100, 3], nil)
      let dataset = H5Dcreate2(
        file, "c2/s1", fg_h5_type(2), space, hid_t(H5P_DEFAULT), hid_t(H5P_DEFAULT),
        hid_t(H5P_DEFAULT))
      try #require(dataset >= 0)
      H5Dclose(dataset)
      H5Sclose(space)
    }
    expect(report, .part(segment: 1, path: "/c2/s1"), .structure("filter"))
    expect(report, .part(segment: 1, path: "/c2/s1"), .structure("layout"))
  }
}
