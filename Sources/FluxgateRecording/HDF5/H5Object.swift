internal import CHDF5

/// An open HDF5 thing, closed by the call of its kind when nobody holds it any more.
///
/// HDF5 has one lock over the whole library: keep all of its objects on one thread at a time.
final class H5Object {
  enum Kind {
    case file, group, dataset, space, type, properties, attribute
  }

  let id: hid_t
  private let kind: Kind
  private var isOpen = true

  init(
    _ kind: Kind, _ id: hid_t, _ operation: HDF5Operation, _ path: String
  ) throws(RecordingError) {
    guard id >= 0 else { throw .hdf5(operation, path: path) }
    self.id = id
    self.kind = kind
  }

  deinit { if isOpen { _ = release() } }

  /// Closes now and tells whether HDF5 could write what it still held.
  func close(_ path: String) throws(RecordingError) {
    isOpen = false
    guard release() >= 0 else { throw .hdf5(.close, path: path) }
  }

  private func release() -> herr_t {
    switch kind {
    case .file: H5Fclose(id)
    case .group: H5Gclose(id)
    case .dataset: H5Dclose(id)
    case .space: H5Sclose(id)
    case .type: H5Tclose(id)
    case .properties: H5Pclose(id)
    case .attribute: H5Aclose(id)
    }
  }
}

func check(
  _ result: herr_t, _ operation: HDF5Operation, _ path: String
) throws(RecordingError) {
  guard result >= 0 else { throw .hdf5(operation, path: path) }
}
