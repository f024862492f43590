public import FluxgateRecording
public import FluxgateSeal
internal import FluxgateSignal

/// The streams of a recording as a run in memory, to compare with a replay.
public enum RecordedRun {
  /// Opens what the devices said; processed streams and the session's own are left out.
  public static func read(
    _ folder: RecordingFolder, secret: PatientSecret, budget: MemoryBudget = MemoryBudget()
  ) throws(Fault) -> [CollectedStream] {
    let streams: [CollectedStream]
    do throws(RecordingError) {
      let reader = try RecordingReader(opening: folder, secret: secret)
      var found: [CollectedStream] = []
      for dataset in reader.datasets where dataset.kind != .meta && dataset.kind != .processed {
        guard let stream = try stream(dataset, of: reader, budget) else { continue }
        if !stream.name.hasPrefix(MarkerDesk.name + ".") { found.append(stream) }
      }
      streams = found
    } catch {
      throw .recording(error, folder: folder.path)
    }
    if budget.isSpent { throw .tooLarge(folder.path, mostBytes: budget.byteCount) }
    return streams
  }

  /// - Returns: nil for a stream whose metadata is missing or of another form.
  private static func stream(
    _ dataset: DatasetDescription, of reader: RecordingReader, _ budget: MemoryBudget
  ) throws(RecordingError) -> CollectedStream? {
    guard let meta = try reader.meta(of: dataset.category)?.streams[dataset.stream],
      let type = dataset.type.sampleType, meta.channels.count == Int(dataset.columns)
    else { return nil }
    var stream = CollectedStream(
      name: meta.name, sampleType: type, channels: meta.channels.map(\.name))
    var chunks = reader.chunks(of: dataset.stream)
    while !budget.isSpent, let chunk = try chunks.next() {
      guard budget.spend(chunk.rows.count) else { break }
      stream.append(chunk.rows, firstSample: chunk.firstSample, gaps: chunk.gaps)
    }
    stream.finish()
    return stream
  }
}
