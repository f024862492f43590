internal import CHDF5

/// A plain dataset that grows by rows, with HDF5's own shuffle and deflate.
final class H5Table {
  private let dataset: H5Object
  private let type: StoredType
  private let columns: Int
  private let path: String
  private(set) var rowCount = 0

  init(
    _ name: String, in group: H5Object, of file: borrowing H5File, type: StoredType,
    columns: Int
  ) throws(RecordingError) {
    self.type = type
    self.columns = columns
    path = file.path
    let rows = max(1, (1 << 18) / (columns * type.byteCount))
    let properties = try H5Properties.dataset(chunk: (rows, columns), file.path)
    try check(H5Pset_shuffle(properties.id), .dataset, file.path)
    try check(H5Pset_deflate(properties.id, 1), .dataset, file.path)
    dataset = try file.dataset(
      name, in: group, type: type, columns: columns, properties: properties)
  }

  var object: H5Object { dataset }

  /// - Parameter rows: whole rows, little-endian.
  func append(_ rows: [UInt8], of file: borrowing H5File) throws(RecordingError) {
    let count = rows.count / (columns * type.byteCount)
    guard count > 0 else { return }
    try file.grow(dataset, rows: rowCount + count, columns: columns)
    let start = [hsize_t(rowCount), 0]
    let shape = [hsize_t(count), hsize_t(columns)]
    // SAFETY: HDF5 reads two numbers of each array, and rows x columns elements, in these calls.
    let memory = try H5Object(.space, unsafe H5Screate_simple(2, shape, nil), .write, path)
    let space = try H5Object(.space, H5Dget_space(dataset.id), .write, path)
    try check(
      unsafe H5Sselect_hyperslab(space.id, H5S_SELECT_SET, start, nil, shape, nil), .write, path)
    let written = unsafe rows.withUnsafeBytes { raw in
      unsafe H5Dwrite(
        dataset.id, fg_h5_type(Int32(type.rawValue)), memory.id, space.id, hid_t(H5P_DEFAULT),
        raw.baseAddress)
    }
    try check(written, .write, path)
    rowCount += count
  }

  /// Rows of int64.
  func append(_ numbers: [Int64], of file: borrowing H5File) throws(RecordingError) {
    var bytes: [UInt8] = []
    for number in numbers { bytes.append(littleEndian: number) }
    try append(bytes, of: file)
  }
}
