public import FluxgateSeal
internal import Synchronization

/// A transparency log in a directory: one writer, append only, readable by any C2SP client.
///
/// ```swift
/// let log = try EmbeddedLog(directory: "/var/lib/fluxgate/log", origin: "gw.example/log", key: key)
/// let indexes = try log.append([entry])
/// let proof = try log.proof(of: indexes[0]).bytes
/// ```
///
/// The directory can be served as it is. An append returns when its entries, their tiles and the
/// checkpoint over them are durable; what was interrupted before that is finished or refused at
/// the next opening. No size is ever signed with two roots: the root is on disk before it is
/// signed, and a log that finds a contradiction refuses to open. A directory restored whole from
/// an old backup is the one thing it cannot see; witnesses can.
///
/// May be used from any thread. Calls that read do not wait for an append.
public final class EmbeddedLog: Sendable {
  /// Limits of one batch.
  public static let batchCountMax = 65_536
  public static let batchByteCountMax = 16 << 20

  public let origin: String
  /// What verifies this log's checkpoints.
  public let verifierKey: VerifierKey
  /// Entries of an append that was interrupted, and which opening has finished: nobody has had a
  /// receipt for them yet.
  public let recovered: Range<UInt64>

  let writer: Mutex<LogWriter>
  let published: Mutex<Published>
  private let files: LogFiles

  struct Published {
    var checkpoint: Checkpoint
    var note: SignedNote
  }

  /// Opens the log, or starts an empty one where the directory holds none.
  ///
  /// - Parameters:
  ///   - directory: made if missing; its parent must exist.
  ///   - origin: the log's name and its key's, for example `gw.example/log1`.
  public init(directory: String, origin: String, key: SigningKey) throws(LedgerError) {
    guard let verifierKey = VerifierKey(name: origin, key: key.publicKey) else {
      throw .badOrigin(origin)
    }
    files = try LogFiles(directory: directory)
    let opening = LogOpening(files: files, signer: LogSigner(key: key, verifierKey: verifierKey))
    let (opened, recovered) = try opening.open()
    self.origin = origin
    self.verifierKey = verifierKey
    self.recovered = recovered
    published = Mutex(Published(checkpoint: opened.checkpoint, note: opened.note))
    writer = Mutex(opened)
  }

  /// The last durable checkpoint.
  public var head: Checkpoint { published.withLock { $0.checkpoint } }

  /// The last durable checkpoint as it was signed.
  public func checkpoint() -> SignedNote { published.withLock { $0.note } }

  /// Both of the same moment.
  var signedHead: (checkpoint: Checkpoint, note: SignedNote) {
    published.withLock { ($0.checkpoint, $0.note) }
  }

  /// Integrates one batch and returns the entries' indexes when all of it is durable.
  ///
  /// After an error past the checks of the batch itself the log refuses every append with
  /// `.interrupted`. Opened anew, it either holds the batch (see `recovered`) or nothing of it.
  public func append(_ entries: [[UInt8]]) throws(LedgerError) -> [UInt64] {
    try Self.check(entries)
    return try writer.withLock { (writer) throws(LedgerError) -> [UInt64] in
      let first = writer.checkpoint.size
      try writer.append(entries)
      let now = Published(checkpoint: writer.checkpoint, note: writer.note)
      published.withLock { $0 = now }
      return Array(first..<now.checkpoint.size)
    }
  }

  /// The proof for the entry at `index` under the last checkpoint, checked before it is given out.
  public func proof(of index: UInt64) throws(LedgerError) -> TlogProof {
    let (checkpoint, note) = signedHead
    return try proof(of: index, under: checkpoint, note)
  }

  /// The same under an older checkpoint of this log, for example one that witnesses have cosigned.
  public func proof(of index: UInt64, under note: SignedNote) throws(LedgerError) -> TlogProof {
    try proof(of: index, under: try own(note), note)
  }

  private func proof(
    of index: UInt64, under checkpoint: Checkpoint, _ note: SignedNote
  ) throws(LedgerError) -> TlogProof {
    guard index < checkpoint.size else { throw .outOfRange(index, size: checkpoint.size) }
    let reader = TileReader(files: files, size: checkpoint.size)
    let leaf = try reader.hash(of: Subtree(height: 0, index: index))
    let hashes = try reader.view.inclusion(of: index)
    let holds = MerkleProof.includes(
      leaf, at: index, size: checkpoint.size, root: checkpoint.root, proof: hashes)
    guard holds else { throw .damaged(path: reader.address(.hashes(0), index >> 8).path) }
    return TlogProof(index: index, hashes: hashes, checkpoint: note)
  }

  /// The proof that the last checkpoint extends the tree of the first `oldSize` entries.
  public func consistency(from oldSize: UInt64) throws(LedgerError) -> [TreeHash] {
    try consistency(from: oldSize, to: head)
  }

  /// The proof that the tree of `checkpoint`, one of this log's, extends that of `oldSize` entries.
  public func consistency(
    from oldSize: UInt64, to checkpoint: Checkpoint
  ) throws(LedgerError) -> [TreeHash] {
    guard checkpoint.size <= head.size else { throw .outOfRange(checkpoint.size, size: head.size) }
    let view = TileReader(files: files, size: checkpoint.size).view
    let hashes = try view.consistency(from: oldSize)
    let holds = MerkleProof.extends(
      oldSize: oldSize, oldRoot: try view.root(ofSize: oldSize), size: checkpoint.size,
      root: checkpoint.root, proof: hashes)
    guard holds else { throw .damaged(path: "tile") }
    return hashes
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

  /// The entry at `index`, compared with its leaf hash.
  public func entry(at index: UInt64) throws(LedgerError) -> [UInt8] {
    let size = head.size
    guard index < size else { throw .outOfRange(index, size: size) }
    let reader = TileReader(files: files, size: size)
    let entry = try reader.entries(index >> 8)[Int(index & 255)]
    guard try reader.hash(of: Subtree(height: 0, index: index)) == .leaf(entry) else {
      throw .damaged(path: reader.address(.entries, index >> 8).path)
    }
    return entry
  }

  /// Rebuilds the whole log from its entries and compares every tile; time grows with the size.
  public func audit() throws(LedgerError) {
    let checkpoint = head
    let reader = TileReader(files: files, size: checkpoint.size)
    var stack = TileStack()
    for index in 0..<(checkpoint.size + 255) >> 8 {
      for tile in stack.append(try reader.entries(index)) { try compare(tile, checkpoint.size) }
    }
    guard stack.root == checkpoint.root else { throw .damaged(path: "checkpoint") }
  }

  /// Partial tiles of sizes before the last belong to older checkpoints and may be gone.
  private func compare(_ tile: TileStack.File, _ size: UInt64) throws(LedgerError) {
    let path = tile.address.path
    let current = TileReader(files: files, size: size)
      .address(tile.address.level, tile.address.index)
    guard current == tile.address else { return }
    guard let bytes = try files.read(path, limit: tile.bytes.count) else {
      throw .missing(path: path)
    }
    guard bytes == tile.bytes else { throw .damaged(path: path) }
  }

  private static func check(_ entries: [[UInt8]]) throws(LedgerError) {
    guard !entries.isEmpty else { throw .emptyBatch }
    if let long = entries.firstIndex(where: { $0.count > EntryBundle.entryByteCountMax }) {
      throw .entryTooLong(position: long, bytes: entries[long].count)
    }
    let bytes = entries.reduce(0) { $0 + $1.count }
    guard entries.count <= batchCountMax, bytes <= batchByteCountMax else {
      throw .batchTooLarge(entries: entries.count, bytes: bytes)
    }
  }
}
