internal import CHDF5

/// Reads a segment as a stranger's file: what is in it, and sealed chunks as they lie there.
final class SegmentInspector {
  let path: String
  private let file: H5File
  private var datasets: [UInt32: H5Object] = [:]

  static let mostChunkBytes = 1 << 22
  static let mostLinks = 4096

  init(_ path: String) throws(RecordingError) {
    self.path = path
    file = try H5File(reading: path)
  }

  var root: H5Object { file.file }

  func openGroup(_ name: String) -> H5Object? {
    // SAFETY: the string lives through the call.
    let id = unsafe H5Gopen2(root.id, name, hid_t(H5P_DEFAULT))
    return try? H5Object(.group, id, .open, path)
  }

  func openDataset(_ dataset: DatasetDescription) -> H5Object? {
    // SAFETY: the string lives through the call.
    let id = unsafe H5Dopen2(
      root.id, "c\(dataset.category)/s\(dataset.stream)", hid_t(H5P_DEFAULT))
    return try? H5Object(.dataset, id, .open, path)
  }

  /// Names of the links in a group and whether each is a hard one; nil when it cannot be read.
  func links(of group: borrowing H5Object) -> [(name: String, isHard: Bool)]? {
    let count = fg_h5_link_count(group.id)
    guard count >= 0, count <= Self.mostLinks else { return nil }
    var links: [(String, Bool)] = []
    for number in 0..<hsize_t(count) {
      guard let name = linkName(group.id, number) else { return nil }
      // SAFETY: the string lives through the call.
      links.append((name, unsafe fg_h5_link_is_hard(group.id, name) == 1))
    }
    return links
  }

  private func linkName(_ group: hid_t, _ number: hsize_t) -> String? {
    var buffer = [CChar](repeating: 0, count: 256)
    // SAFETY: HDF5 writes at most `count` characters, the last one zero.
    let length = unsafe buffer.withUnsafeMutableBufferPointer { space in
      unsafe fg_h5_link_name(group, number, space.baseAddress, space.count)
    }
    guard length >= 0, length < 256 else { return nil }
    return String(decoding: buffer.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// Sealed bytes and filter mask of the chunk at `row`; nil when there is none.
  func chunk(
    of dataset: DatasetDescription, row: Int
  ) throws(RecordingError) -> (sealed: [UInt8], mask: UInt32)? {
    guard let object = datasets[dataset.stream] ?? openDataset(dataset) else {
      throw .hdf5(.open, path: path)
    }
    datasets[dataset.stream] = object
    let place = fg_h5_chunk_at(object.id, hsize_t(row))
    guard place.ok == 1 else { return nil }
    guard place.size <= UInt64(Self.mostChunkBytes) else { throw .hdf5(.readChunk, path: path) }
    var sealed = [UInt8](repeating: 0, count: Int(place.size))
    var mask: UInt32 = 0
    let offset = [hsize_t(row), 0]
    // SAFETY: HDF5 writes the chunk's stored size, which is the array's.
    let read = unsafe sealed.withUnsafeMutableBytes { raw in
      unsafe H5Dread_chunk(object.id, hid_t(H5P_DEFAULT), offset, &mask, raw.baseAddress)
    }
    try check(read, .readChunk, path)
    return (sealed, mask)
  }
}
