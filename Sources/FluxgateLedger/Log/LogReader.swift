/// A log's directory as anybody may read it, also while its writer appends.
///
/// ```swift
/// let log = try LogReader(directory: "/var/lib/fluxgate/log", verifierKey: key)
/// try log.audit()
/// ```
///
/// Shows the log as its checkpoint was at the opening: tiles that belong to it never change. The
/// checkpoint's signature is verified; everything else that is given out is compared with its root.
public struct LogReader: Sendable {
  public let verifierKey: VerifierKey
  public let head: Checkpoint
  /// The head as it was signed, with the cosignatures that it had.
  public let note: SignedNote
  private let files: LogFiles

  init(files: LogFiles, verifierKey: VerifierKey, head: Checkpoint, note: SignedNote) {
    self.files = files
    self.verifierKey = verifierKey
    self.head = head
    self.note = note
  }

  public init(directory: String, verifierKey: VerifierKey) throws(LedgerError) {
    let files = LogFiles(reading: directory)
    guard let bytes = try files.read(LogPath.checkpoint, limit: SignedNote.byteCountMax) else {
      throw .missing(path: LogPath.checkpoint)
    }
    do throws(NoteError) {
      let note = try SignedNote(bytes)
      let head = try note.checkpoint(log: verifierKey)
      self.init(files: files, verifierKey: verifierKey, head: head, note: note)
    } catch {
      throw .checkpoint(error)
    }
  }

  /// The entry at `index`, compared with its leaf hash.
  public func entry(at index: UInt64) throws(LedgerError) -> [UInt8] {
    guard index < head.size else { throw .outOfRange(index, size: head.size) }
    let tiles = tiles(head.size)
    let entry = try tiles.entries(index >> 8)[Int(index & 255)]
    guard try tiles.hash(of: Subtree(height: 0, index: index)) == .leaf(entry) else {
      throw .damaged(path: tiles.address(.entries, index >> 8).path)
    }
    return entry
  }

  /// The proof for the entry at `index` under the head, checked before it is given out.
  public func proof(of index: UInt64) throws(LedgerError) -> TlogProof {
    try proof(of: index, under: head, note)
  }

  /// The same under an older checkpoint of this log.
  public func proof(of index: UInt64, under note: SignedNote) throws(LedgerError) -> TlogProof {
    try proof(of: index, under: try own(note), note)
  }

  private func proof(
    of index: UInt64, under checkpoint: Checkpoint, _ note: SignedNote
  ) throws(LedgerError) -> TlogProof {
    guard index < checkpoint.size else { throw .outOfRange(index, size: checkpoint.size) }
    let tiles = tiles(checkpoint.size)
    let leaf = try tiles.hash(of: Subtree(height: 0, index: index))
    let hashes = try tiles.view.inclusion(of: index)
    let holds = MerkleProof.includes(
      leaf, at: index, size: checkpoint.size, root: checkpoint.root, proof: hashes)
    guard holds else { throw .damaged(path: tiles.address(.hashes(0), index >> 8).path) }
    return TlogProof(index: index, hashes: hashes, checkpoint: note)
  }

  /// The proof that the tree of `checkpoint`, one of this log's, extends that of `oldSize` entries.
  public func consistency(
    from oldSize: UInt64, to checkpoint: Checkpoint
  ) throws(LedgerError) -> [TreeHash] {
    guard checkpoint.size <= head.size else { throw .outOfRange(checkpoint.size, size: head.size) }
    let view = tiles(checkpoint.size).view
    let hashes = try view.consistency(from: oldSize)
    let holds = MerkleProof.extends(
      oldSize: oldSize, oldRoot: try view.root(ofSize: oldSize), size: checkpoint.size,
      root: checkpoint.root, proof: hashes)
    guard holds else { throw .damaged(path: "tile") }
    return hashes
  }

  /// Whether `older`, a checkpoint that somebody kept, is one that this log has gone through.
  public func extends(_ older: Checkpoint) throws(LedgerError) -> Bool {
    guard older.size <= head.size else { return false }
    return try tiles(head.size).view.root(ofSize: older.size) == older.root
  }

  /// Rebuilds the whole log from its entries and compares every tile; time grows with the size.
  public func audit() throws(LedgerError) {
    let tiles = tiles(head.size)
    var stack = TileStack()
    for index in 0..<(head.size + 255) >> 8 {
      for tile in stack.append(try tiles.entries(index)) { try compare(tile) }
    }
    guard stack.root == head.root else { throw .damaged(path: LogPath.checkpoint) }
  }

  /// Partial tiles of sizes before the last belong to older checkpoints and may be gone.
  private func compare(_ tile: TileStack.File) throws(LedgerError) {
    let path = tile.address.path
    let current = tiles(head.size).address(tile.address.level, tile.address.index)
    guard current == tile.address else { return }
    if let bytes = try files.read(path, limit: tile.bytes.count) {
      guard bytes == tile.bytes else { throw .damaged(path: path) }
      return
    }
    // A writer has gone on since, and put the full tile in place of this one.
    let full = try files.read(tile.address.full.path, limit: TileReader.bundleByteCountMax)
    guard let full else { throw .missing(path: path) }
    guard full.starts(with: tile.bytes) else { throw .damaged(path: path) }
  }

  /// The checkpoint in a note that this log signed.
  private func own(_ note: SignedNote) throws(LedgerError) -> Checkpoint {
    let checkpoint: Checkpoint
    do throws(NoteError) {
      checkpoint = try note.checkpoint(log: verifierKey)
    } catch {
      throw .checkpoint(error)
    }
    guard checkpoint.size <= head.size else { throw .outOfRange(checkpoint.size, size: head.size) }
    return checkpoint
  }

  private func tiles(_ size: UInt64) -> TileReader { TileReader(files: files, size: size) }
}
