internal import FluxgateSeal

/// The key of a log with the name it signs under.
struct LogSigner {
  let key: SigningKey
  let verifierKey: VerifierKey

  var origin: String { verifierKey.name }

  func sign(_ checkpoint: Checkpoint) throws(LedgerError) -> SignedNote {
    do throws(NoteError) {
      return try SignedNote(text: checkpoint.text, name: origin, key: key)
    } catch { throw .checkpoint(error) }
  }
}

/// Takes a log from one checkpoint to the next. The order of its writes is the log's safety.
struct LogWriter {
  let files: LogFiles
  let signer: LogSigner
  private var stack: TileStack
  private(set) var checkpoint: Checkpoint
  private(set) var note: SignedNote
  /// Whether an append has failed half-way: what is on disk may be ahead of this value.
  private(set) var interrupted = false

  init(
    files: LogFiles, signer: LogSigner, stack: TileStack, checkpoint: Checkpoint, note: SignedNote
  ) {
    self.files = files
    self.signer = signer
    self.stack = stack
    self.checkpoint = checkpoint
    self.note = note
  }

  /// Writes intent, tiles and checkpoint, each durable before the next.
  mutating func append(_ entries: [[UInt8]]) throws(LedgerError) {
    guard !interrupted else { throw .interrupted }
    var next = stack
    let tiles = next.append(entries)
    let intent = LogIntent(
      origin: signer.origin, oldSize: stack.size, oldRoot: checkpoint.root, newSize: next.size,
      newRoot: next.root, entries: entries)
    interrupted = true
    try files.replace([(LogPath.state, intent.bytes)])
    try publish(next, tiles, intent)
    interrupted = false
  }

  /// Puts a line under the checkpoint. Old and new file say the same head, so a write that fails
  /// leaves the log as it was.
  mutating func add(_ line: SignedNote.Signature) throws(LedgerError) {
    let cosigned = note.adding(line)
    try files.replace([(LogPath.checkpoint, cosigned.bytes)])
    note = cosigned
  }

  /// Takes the step of an intent that is already on disk.
  mutating func finish(_ intent: LogIntent) throws(LedgerError) {
    var next = stack
    let tiles = next.append(intent.entries)
    guard next.root == intent.newRoot else { throw .damaged(path: LogPath.state) }
    try publish(next, tiles, intent)
  }

  private mutating func publish(
    _ next: TileStack, _ tiles: [TileStack.File], _ intent: LogIntent
  ) throws(LedgerError) {
    try files.replace(tiles.map { ($0.address.path, $0.bytes) })
    let signed = Checkpoint(origin: signer.origin, size: intent.newSize, root: intent.newRoot)
    let signedNote = try signer.sign(signed)
    try files.replace([(LogPath.checkpoint, signedNote.bytes)])
    (stack, checkpoint, note) = (next, signed, signedNote)
    discardOutgrownTiles(intent)
  }

  /// Partial tiles that the step of `intent` has made full.
  func discardOutgrownTiles(_ intent: LogIntent) {
    for old in TileAddress.partial(ofSize: intent.oldSize) {
      let shift = if case .hashes(let level) = old.level { 8 * (level + 1) } else { 8 }
      guard intent.newSize >> UInt64(shift) > old.index else { continue }
      for width in 1..<TileAddress.fullWidth {
        files.discard("\(old.partialDirectory)/\(width)")
      }
      files.discardDirectory(old.partialDirectory)
    }
  }
}

enum LogPath {
  static let state = "state"
  static let checkpoint = "checkpoint"
  static let tiles = "tile"
}
