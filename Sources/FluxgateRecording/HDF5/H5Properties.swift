internal import CHDF5

/// Property lists: how objects are made. None carries times, so the same rows give the same file.
enum H5Properties {
  static func file(_ path: String) throws(RecordingError) -> H5Object {
    try timeless(fg_h5p_file_create(), path)
  }

  static func group(_ path: String) throws(RecordingError) -> H5Object {
    try timeless(fg_h5p_group_create(), path)
  }

  static func access(largeAttributes: Bool, _ path: String) throws(RecordingError) -> H5Object {
    let list = try H5Object(.properties, H5Pcreate(fg_h5p_file_access()), .create, path)
    if largeAttributes {
      try check(H5Pset_libver_bounds(list.id, H5F_LIBVER_V18, H5F_LIBVER_V18), .create, path)
    }
    return list
  }

  /// Chunks of `chunk` rows and columns, and no filter yet.
  static func dataset(
    chunk: (rows: Int, columns: Int), _ path: String
  ) throws(RecordingError) -> H5Object {
    let list = try timeless(fg_h5p_dataset_create(), path)
    let shape = [hsize_t(chunk.rows), hsize_t(chunk.columns)]
    // SAFETY: HDF5 reads the two numbers during the call.
    try check(unsafe H5Pset_chunk(list.id, 2, shape), .dataset, path)
    return list
  }

  /// A sealed dataset: its fill value, and Fluxgate's filter as the only and mandatory one.
  static func sealed(
    _ dataset: DatasetDescription, recording: [UInt8], _ path: String
  ) throws(RecordingError) -> H5Object {
    let list = try Self.dataset(
      chunk: (Int(dataset.rowsPerChunk), Int(dataset.columns)), path)
    let fill = dataset.type.fill
    // SAFETY: the fill value has as many bytes as the type; HDF5 copies it.
    let filled = unsafe fill.withUnsafeBytes { raw in
      unsafe H5Pset_fill_value(list.id, fg_h5_type(Int32(dataset.type.rawValue)), raw.baseAddress)
    }
    try check(filled, .dataset, path)
    let values = SealedFilter.values(dataset, recording: recording)
    // SAFETY: HDF5 copies `values.count` numbers during the call.
    let set = unsafe H5Pset_filter(
      list.id, SealedFilter.number, UInt32(H5Z_FLAG_MANDATORY), values.count, values)
    try check(set, .dataset, path)
    return list
  }

  private static func timeless(
    _ kind: hid_t, _ path: String
  ) throws(RecordingError) -> H5Object {
    let list = try H5Object(.properties, H5Pcreate(kind), .create, path)
    try check(H5Pset_obj_track_times(list.id, false), .create, path)
    return list
  }
}
