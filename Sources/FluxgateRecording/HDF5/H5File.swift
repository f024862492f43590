internal import CHDF5

/// A new HDF5 file and the few things Fluxgate makes in one.
struct H5File: ~Copyable {
  let path: String
  let file: H5Object

  /// Replaces a file of that name.
  ///
  /// - Parameter largeAttributes: attributes may be larger than 64 KiB; HDF5 1.8 is needed then.
  init(creating path: String, largeAttributes: Bool = false) throws(RecordingError) {
    fg_h5_silence()
    self.path = path
    let properties = try H5Properties.file(path)
    let access = try H5Properties.access(largeAttributes: largeAttributes, path)
    // SAFETY: the string lives through the call.
    let id = unsafe H5Fcreate(path, fg_h5f_truncate(), properties.id, access.id)
    file = try H5Object(.file, id, .create, path)
  }

  init(reading path: String) throws(RecordingError) {
    fg_h5_silence()
    self.path = path
    // SAFETY: the string lives through the call.
    let id = unsafe H5Fopen(path, fg_h5f_read_only(), hid_t(H5P_DEFAULT))
    file = try H5Object(.file, id, .open, path)
  }

  func group(_ name: String) throws(RecordingError) -> H5Object {
    let properties = try H5Properties.group(path)
    // SAFETY: the string lives through the call.
    let id = unsafe H5Gcreate2(
      file.id, name, hid_t(H5P_DEFAULT), properties.id, hid_t(H5P_DEFAULT))
    return try H5Object(.group, id, .group, path)
  }

  /// An empty dataset of `columns` that grows by rows.
  func dataset(
    _ name: String, in group: borrowing H5Object, type: StoredType, columns: Int,
    properties: borrowing H5Object
  ) throws(RecordingError) -> H5Object {
    let now = [hsize_t(0), hsize_t(columns)]
    let most = [fg_h5s_unlimited(), hsize_t(columns)]
    // SAFETY: HDF5 reads two numbers of each array, and the string, during the calls.
    let space = try H5Object(
      .space, unsafe H5Screate_simple(2, now, most), .dataset, path)
    let id = unsafe H5Dcreate2(
      group.id, name, fg_h5_type(Int32(type.rawValue)), space.id, hid_t(H5P_DEFAULT),
      properties.id, hid_t(H5P_DEFAULT))
    return try H5Object(.dataset, id, .dataset, path)
  }

  func grow(
    _ dataset: borrowing H5Object, rows: Int, columns: Int
  ) throws(RecordingError) {
    let extent = [hsize_t(rows), hsize_t(columns)]
    // SAFETY: HDF5 reads two numbers during the call.
    try check(unsafe H5Dset_extent(dataset.id, extent), .extend, path)
  }

  consuming func close() throws(RecordingError) { try file.close(path) }
}
