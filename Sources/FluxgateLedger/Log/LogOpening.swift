internal import FluxgateSeal

/// Brings a log's directory to the state it promised, or refuses it.
struct LogOpening {
  let files: LogFiles
  let signer: LogSigner

  func open() throws(LedgerError) -> (writer: LogWriter, recovered: Range<UInt64>) {
    let intent = try readIntent()
    guard let note = try readCheckpoint() else { return (try start(intent), 0..<0) }
    guard let intent else { throw .missing(path: LogPath.state) }
    let checkpoint = try verify(note)
    return try resume(from: checkpoint, note, intent)
  }

  /// An empty log, whose first checkpoint may have been interrupted.
  private func start(_ found: LogIntent?) throws(LedgerError) -> LogWriter {
    guard (found?.newSize ?? 0) == 0 else { throw .missing(path: LogPath.checkpoint) }
    guard !files.exists(LogPath.tiles) else { throw .missing(path: LogPath.state) }
    let intent = LogIntent(
      origin: signer.origin, oldSize: 0, oldRoot: .emptyTree, newSize: 0, newRoot: .emptyTree,
      entries: [])
    try files.syncParent()
    try files.replace([(LogPath.state, intent.bytes)])
    let checkpoint = Checkpoint(origin: signer.origin, size: 0, root: .emptyTree)
    let note = try signer.sign(checkpoint)
    try files.replace([(LogPath.checkpoint, note.bytes)])
    return writer(TileStack(), checkpoint, note)
  }

  private func resume(
    from checkpoint: Checkpoint, _ note: SignedNote, _ intent: LogIntent
  ) throws(LedgerError) -> (writer: LogWriter, recovered: Range<UInt64>) {
    let isDone = checkpoint.size == intent.newSize && checkpoint.root == intent.newRoot
    let isPending = checkpoint.size == intent.oldSize && checkpoint.root == intent.oldRoot
    guard isDone || isPending else {
      throw .conflict(checkpointSize: checkpoint.size, intendedSize: intent.newSize)
    }
    let reader = TileReader(files: files, size: checkpoint.size)
    var writer = writer(try TileStack(reading: reader, of: checkpoint), checkpoint, note)
    guard !isDone else {
      writer.discardOutgrownTiles(intent)
      return (writer, 0..<0)
    }
    try writer.finish(intent)
    return (writer, intent.oldSize..<intent.newSize)
  }

  private func writer(
    _ stack: TileStack, _ checkpoint: Checkpoint, _ note: SignedNote
  ) -> LogWriter {
    LogWriter(files: files, signer: signer, stack: stack, checkpoint: checkpoint, note: note)
  }

  private func readIntent() throws(LedgerError) -> LogIntent? {
    guard let bytes = try files.read(LogPath.state, limit: LogIntent.byteCountMax) else {
      return nil
    }
    guard let intent = LogIntent(bytes), intent.origin.isSpelled(like: signer.origin) else {
      throw .damaged(path: LogPath.state)
    }
    return intent
  }

  private func readCheckpoint() throws(LedgerError) -> SignedNote? {
    guard let bytes = try files.read(LogPath.checkpoint, limit: SignedNote.byteCountMax) else {
      return nil
    }
    do throws(NoteError) { return try SignedNote(bytes) } catch { throw .checkpoint(error) }
  }

  private func verify(_ note: SignedNote) throws(LedgerError) -> Checkpoint {
    do throws(NoteError) {
      return try note.checkpoint(log: signer.verifierKey)
    } catch { throw .checkpoint(error) }
  }
}
