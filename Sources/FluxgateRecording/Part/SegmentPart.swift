/// Copies some categories of a segment into a segment of the same structure.
public enum SegmentPart {
  /// Writes an HDF5 file with every group and dataset of the structure and the sealed chunks of
  /// `categories` alone, byte for byte; the other datasets are empty. The same input gives the same
  /// file.
  ///
  /// Each chunk is seen to be the one that the gateway signed before it is copied. HDF5 works under
  /// one lock: one call at a time in a process. The file is whole and synced under its name when this
  /// returns; a file of that name is replaced.
  ///
  /// - Parameters:
  ///   - source: the whole segment.
  ///   - target: its folder exists.
  ///   - head: the bytes of the file `recording`.
  ///   - manifest: the bytes of the segment's manifest.
  public static func write(
    from source: String, to target: String, head: [UInt8], manifest: [UInt8],
    categories: Set<UInt16>
  ) throws(RecordingError) {
    let (head, manifest) = try documents(head, manifest, for: target)
    let part = target + Disk.aside
    try copy(from: try SegmentInspector(source), to: part, head, manifest, categories)
    try File(part, for: .changing).sync()
    try Disk.rename(part, to: target, replacing: true)
    try Disk.syncFolder(of: target)
  }

  private static func copy(
    from source: SegmentInspector, to path: String, _ head: RecordingHead, _ manifest: Manifest,
    _ categories: Set<UInt16>
  ) throws(RecordingError) {
    var file = try SegmentFile(path, recording: head.recording, structure: head.structure)
    for (position, stream) in manifest.streams.enumerated()
    where categories.contains(stream.dataset.category) {
      for chunk in stream.chunks {
        let sealed = try SegmentChunk.sealed(chunk, of: stream, in: manifest, source)
        try file.append(sealed, to: position)
      }
    }
    try file.close()
  }

  private static func documents(
    _ head: [UInt8], _ manifest: [UInt8], for path: String
  ) throws(RecordingError) -> (RecordingHead, Manifest) {
    do throws(DocumentFault) {
      let read = try RecordingHead(head)
      let signed = try Manifest(manifest, by: read.gateway)
      guard signed.recording == read.recording,
        signed.streams.map(\.dataset) == read.structure.datasets
      else { throw DocumentFault.field("recording") }
      return (read, signed)
    } catch {
      throw .document(path: path, error)
    }
  }
}
