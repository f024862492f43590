internal import CHDF5

/// Fluxgate's own HDF5 filter: what a sealed dataset names as the way to read it.
enum SealedFilter {
  /// In HDF5's range for private use (32768 to 65535).
  static let number: Int32 = 0xf1c1
  static let format: UInt32 = 1

  /// The seven client values: format, stream, category, recording id.
  static func values(_ dataset: DatasetDescription, recording: [UInt8]) -> [UInt32] {
    var reader = LittleEndianReader(recording[...])
    let id = (0..<4).map { _ in reader.number(UInt32.self) ?? 0 }
    return [format, dataset.stream, UInt32(dataset.category)] + id
  }

  private static let isRegistered: Bool = {
    fg_h5_silence()
    return fg_h5_register_filter(number) >= 0
  }()

  /// Datasets with a mandatory filter can be made only once it is registered in the process.
  static func register(for path: String) throws(RecordingError) {
    guard isRegistered else { throw .hdf5(.registerFilter, path: path) }
  }
}
