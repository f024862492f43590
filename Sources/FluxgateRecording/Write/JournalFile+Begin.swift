internal import FluxgateSeal

extension JournalFile {
  /// The journal of a new segment with its header and epoch, its name durable.
  ///
  /// The file is made aside, so that a failure on the way leaves no half journal under the name.
  static func begin(
    head: RecordingHead, position: WriterPosition, keys: EpochKeys, in folder: RecordingFolder
  ) throws(RecordingError) -> JournalFile {
    let path = folder.journal(position.segment)
    let part = path + Disk.aside
    if Disk.exists(part) { try Disk.remove(part) }
    let journal = try JournalFile(part, segment: position.segment, after: position.sequence)
    let header = JournalHeader(
      recording: head.recording, gateway: head.gateway.bytes, segment: position.segment,
      epoch: position.epoch, structure: head.structure,
      firstIndices: head.structure.datasets.map { position.indices[$0.stream] ?? 0 })
    try journal.append(.header(header))
    try journal.append(.epoch(keys.commitments))
    _ = try journal.sync()
    try Disk.rename(part, to: path, replacing: false)
    try Disk.syncFolder(of: path)
    return journal
  }
}
