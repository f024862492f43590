internal import CHDF5

/// Writes one sealed segment: finished chunks go into an HDF5 file as they are.
struct SegmentFile: ~Copyable {
  static let formatName = "fluxgate-recording"
  static let version: UInt32 = 1

  private let file: H5File
  private let structure: RecordingStructure
  private let datasets: [H5Object]
  private var chunkCounts: [Int]

  init(
    _ path: String, recording: [UInt8], structure: RecordingStructure
  ) throws(RecordingError) {
    try SealedFilter.register(for: path)
    let made = try H5File(creating: path)
    try Self.sign(made, recording)
    datasets = try Self.datasets(of: structure, recording, in: made)
    self.structure = structure
    chunkCounts = Array(repeating: 0, count: structure.datasets.count)
    file = made
  }

  private static func datasets(
    of structure: RecordingStructure, _ recording: [UInt8], in file: borrowing H5File
  ) throws(RecordingError) -> [H5Object] {
    var groups: [UInt16: H5Object] = [:]
    for category in structure.categories { groups[category] = try file.group("c\(category)") }
    var made: [H5Object] = []
    for dataset in structure.datasets {
      guard let group = groups[dataset.category] else { continue }
      let properties = try H5Properties.sealed(dataset, recording: recording, file.path)
      made.append(
        try file.dataset(
          "s\(dataset.stream)", in: group, type: dataset.type, columns: Int(dataset.columns),
          properties: properties))
    }
    return made
  }

  /// Adds the next chunk of the stream at `position` in the structure.
  mutating func append(_ sealed: [UInt8], to position: Int) throws(RecordingError) {
    let rows = Int(structure.datasets[position].rowsPerChunk)
    let columns = Int(structure.datasets[position].columns)
    let row = chunkCounts[position] * rows
    try file.grow(datasets[position], rows: row + rows, columns: columns)
    let offset = [hsize_t(row), 0]
    // SAFETY: HDF5 reads two numbers and `sealed.count` bytes during the call.
    let written = unsafe sealed.withUnsafeBytes { raw in
      unsafe H5Dwrite_chunk(
        datasets[position].id, hid_t(H5P_DEFAULT), 0, offset, raw.count, raw.baseAddress)
    }
    try check(written, .writeChunk, file.path)
    chunkCounts[position] += 1
  }

  /// Closes the file; it is not yet synced.
  consuming func close() throws(RecordingError) {
    for dataset in datasets { try dataset.close(file.path) }
    try file.close()
  }

  private static func sign(
    _ file: borrowing H5File, _ recording: [UInt8]
  ) throws(RecordingError) {
    try file.attribute("format", formatName, on: file.file)
    var number: [UInt8] = []
    number.append(littleEndian: version)
    try file.attribute("version", type: fg_h5_u32(), count: nil, bytes: number, on: file.file)
    try file.attribute(
      "recording", type: fg_h5_type(0), count: recording.count, bytes: recording, on: file.file)
  }
}
