internal import CHDF5

/// Compares what lies in a segment with what the format and the structure allow, object by object.
struct SegmentStructure {
  let segment: UInt32
  let recording: [UInt8]
  let structure: RecordingStructure
  private(set) var findings: [Finding] = []

  init(segment: UInt32, head: RecordingHead) {
    self.segment = segment
    recording = head.recording
    structure = head.structure
  }

  /// - Parameter chunkCounts: chunks by stream, as the manifest says.
  mutating func compare(
    _ file: SegmentInspector, chunkCounts: [UInt32: Int]
  ) {
    let root = file.root
    compareRootAttributes(root)
    compareLinks(of: root, at: "/", expected: Set(structure.categories.map { "c\($0)" }), in: file)
    for category in structure.categories {
      compareGroup(category, in: file)
    }
    for dataset in structure.datasets {
      compareDataset(dataset, chunks: chunkCounts[dataset.stream] ?? 0, in: file)
    }
  }

  private mutating func report(_ path: String, _ kind: FindingKind) {
    findings.append(Finding(object: .part(segment: segment, path: path), kind: kind))
  }

  private mutating func compareRootAttributes(_ root: H5Object) {
    let described = fg_h5_describe(root.id)
    if described.attributes != 3 { report("/", .structure("attributes")) }
    var version: [UInt8] = []
    version.append(littleEndian: SegmentFile.version)
    let expected = [
      ("format", Array(SegmentFile.formatName.utf8)), ("version", version),
      ("recording", recording),
    ]
    for (name, bytes) in expected where H5Attribute.bytes(name, of: root, bytes.count) != bytes {
      report("/@\(name)", .structure("value"))
    }
  }

  private mutating func compareLinks(
    of group: H5Object, at path: String, expected: Set<String>, in file: SegmentInspector
  ) {
    guard let links = file.links(of: group) else { return report(path, .unreadable) }
    for (name, isHard) in links {
      if !expected.contains(name) {
        report(path + name, .extra)
      } else if !isHard {
        report(path + name, .structure("link"))
      }
    }
    for name in expected.subtracting(links.map(\.name)).sorted() {
      report(path + name, .missing)
    }
  }

  private mutating func compareGroup(_ category: UInt16, in file: SegmentInspector) {
    let path = "/c\(category)"
    guard let group = file.openGroup("c\(category)") else { return report(path, .unreadable) }
    compareObject(group, kind: 0, path)
    let streams = structure.datasets.filter { $0.category == category }
    compareLinks(
      of: group, at: path + "/", expected: Set(streams.map { "s\($0.stream)" }), in: file)
  }

  /// Right kind, one link to it, no attributes.
  private mutating func compareObject(_ object: H5Object, kind: Int32, _ path: String) {
    let described = fg_h5_describe(object.id)
    if described.kind != kind { report(path, .structure("kind")) }
    if described.links != 1 { report(path, .structure("links")) }
    if described.attributes != 0 { report(path, .structure("attributes")) }
  }

  private mutating func compareDataset(
    _ dataset: DatasetDescription, chunks: Int, in file: SegmentInspector
  ) {
    let path = "/c\(dataset.category)/s\(dataset.stream)"
    guard let object = file.openDataset(dataset) else { return report(path, .unreadable) }
    compareObject(object, kind: 1, path)
    var shape = fg_h5_shape()
    // SAFETY: the C function fills the one struct it is given.
    guard unsafe fg_h5_inspect(object.id, Int32(dataset.type.rawValue), &shape) == 0 else {
      return report(path, .unreadable)
    }
    if fg_h5_chunk_count(object.id) != chunks { report(path, .structure("chunk count")) }
    for fault in Self.faults(in: shape, dataset, chunks, recording) {
      report(path, .structure(fault))
    }
  }

  private static func faults(
    in shape: fg_h5_shape, _ dataset: DatasetDescription, _ chunks: Int, _ recording: [UInt8]
  ) -> [String] {
    var faults: [String] = []
    func expect(_ isRight: Bool, _ name: String) { if !isRight { faults.append(name) } }
    let columns = hsize_t(dataset.columns)
    let rows = hsize_t(chunks) * hsize_t(dataset.rowsPerChunk)
    expect(shape.type_equal == 1, "type")
    expect(shape.rank == 2 && shape.extent == (rows, columns), "extent")
    expect(shape.maximum == (fg_h5s_unlimited(), columns), "maximum extent")
    expect(shape.chunked == 1, "layout")
    expect(shape.chunk == (hsize_t(dataset.rowsPerChunk), columns), "chunk shape")
    expect(shape.external == 0, "external storage")
    expect(shape.fill_ok == 1 && fillBytes(shape, dataset.type) == dataset.type.fill, "fill value")
    expect(shape.filters == 1 && shape.filter == SealedFilter.number, "filter")
    expect(shape.flags == UInt32(H5Z_FLAG_MANDATORY), "filter flags")
    let values = SealedFilter.values(dataset, recording: recording)
    expect(shape.value_count == values.count && filterValues(shape) == values, "filter values")
    return faults
  }

  private static func fillBytes(_ shape: fg_h5_shape, _ type: StoredType) -> [UInt8] {
    let fill = shape.fill
    let bytes = [fill.0, fill.1, fill.2, fill.3, fill.4, fill.5, fill.6, fill.7]
    return [UInt8](bytes.prefix(type.byteCount))
  }

  private static func filterValues(_ shape: fg_h5_shape) -> [UInt32] {
    let values = shape.values
    return [values.0, values.1, values.2, values.3, values.4, values.5, values.6]
  }
}
