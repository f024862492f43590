internal import CHDF5

extension H5File {
  /// A string of exactly its own length.
  func attribute(
    _ name: String, _ text: String, on place: borrowing H5Object
  ) throws(RecordingError) {
    try attribute(name, texts: [text], isArray: false, on: place)
  }

  func attribute(
    _ name: String, _ texts: [String], on place: borrowing H5Object
  ) throws(RecordingError) {
    try attribute(name, texts: texts, isArray: true, on: place)
  }

  /// Numbers of `type`, little-endian in `bytes`; a single one without a dimension.
  func attribute(
    _ name: String, type: hid_t, count: Int?, bytes: [UInt8], on place: borrowing H5Object
  ) throws(RecordingError) {
    let space = try attributeSpace(count)
    // SAFETY: the string lives through the call.
    let id = unsafe H5Acreate2(
      place.id, name, type, space.id, hid_t(H5P_DEFAULT), hid_t(H5P_DEFAULT))
    let attribute = try H5Object(.attribute, id, .attribute, path)
    // SAFETY: the caller gives `count` elements of `type`; HDF5 reads them during the call.
    let written = unsafe bytes.withUnsafeBytes { unsafe H5Awrite(id, type, $0.baseAddress) }
    try check(written, .attribute, path)
    try attribute.close(path)
  }

  private func attributeSpace(_ count: Int?) throws(RecordingError) -> H5Object {
    guard let count else {
      return try H5Object(.space, H5Screate(H5S_SCALAR), .attribute, path)
    }
    // SAFETY: HDF5 reads one number during the call.
    let id = unsafe H5Screate_simple(1, [hsize_t(count)], nil)
    return try H5Object(.space, id, .attribute, path)
  }

  private func attribute(
    _ name: String, texts: [String], isArray: Bool, on place: borrowing H5Object
  ) throws(RecordingError) {
    let longest = max(1, texts.map(\.utf8.count).max() ?? 1)
    let type = try H5Object(.type, H5Tcopy(fg_h5_c_string()), .attribute, path)
    try check(H5Tset_size(type.id, longest), .attribute, path)
    try check(H5Tset_strpad(type.id, H5T_STR_NULLPAD), .attribute, path)
    if texts.contains(where: { $0.utf8.contains { $0 > 127 } }) {
      try check(H5Tset_cset(type.id, H5T_CSET_UTF8), .attribute, path)
    }
    let bytes = texts.flatMap { text in
      Array(text.utf8) + [UInt8](repeating: 0, count: longest - text.utf8.count)
    }
    try attribute(
      name, type: type.id, count: isArray ? texts.count : nil, bytes: bytes, on: place)
  }
}
