public import FluxgateRecording
internal import FluxgateSignal

/// Opens everything that a key opens and compares it with what the gateway sealed.
public enum RecordingOpening {
  /// Every stream but the metadata, each chunk of it decrypted and decoded. Holds one chunk at a
  /// time. Uses HDF5: one thread.
  ///
  /// - Parameter progress: called with each stream before its first chunk.
  public static func run(
    _ reader: RecordingReader, progress: (DatasetDescription) -> Void = { _ in }
  ) throws(Fault) -> [OpenedStream] {
    do throws(RecordingError) {
      var metas: [UInt16: CategoryMeta] = [:]
      for category in Set(reader.datasets.map(\.category)) {
        metas[category] = try reader.meta(of: category)
      }
      var streams: [OpenedStream] = []
      for dataset in reader.datasets where dataset.kind != .meta {
        progress(dataset)
        streams.append(try open(dataset, metas[dataset.category], reader))
      }
      return streams
    } catch {
      throw .recording(error, folder: reader.folder.path)
    }
  }

  private static func open(
    _ dataset: DatasetDescription, _ meta: CategoryMeta?, _ reader: RecordingReader
  ) throws(RecordingError) -> OpenedStream {
    var stream = OpenedStream(
      dataset, meta: meta?.streams[dataset.stream], counts: reader.counts(of: dataset.stream),
      lockedEpochs: reader.lockedEpochs(of: dataset.category))
    var digest = StreamDigest()
    var cursor = reader.chunks(of: dataset.stream)
    while let chunk = try cursor.next() {
      digest.add(chunk)
      stream.add(chunk)
    }
    stream.digest = digest.finish()
    return stream
  }
}
