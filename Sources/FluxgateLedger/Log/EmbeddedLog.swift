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
  private let signer: LogSigner

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
    signer = LogSigner(key: key, verifierKey: verifierKey)
    let (opened, recovered) = try LogOpening(files: files, signer: signer).open()
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
  /// `.interrupted`. Opened anew, or resumed, it either holds the batch or nothing of it.
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

  /// Takes the log up again after an append that failed, as opening it anew would, and finishes that
  /// append where it had begun to count. Nothing is done to a log without one.
  public func resume() throws(LedgerError) {
    try writer.withLock { (writer) throws(LedgerError) in
      guard writer.interrupted else { return }
      writer = try LogOpening(files: files, signer: signer).open().writer
      let now = Published(checkpoint: writer.checkpoint, note: writer.note)
      published.withLock { $0 = now }
    }
  }

  /// The proof for the entry at `index` under the last checkpoint, checked before it is given out.
  public func proof(of index: UInt64) throws(LedgerError) -> TlogProof {
    try reader.proof(of: index)
  }

  /// The same under an older checkpoint of this log, for example one that witnesses have cosigned.
  public func proof(of index: UInt64, under note: SignedNote) throws(LedgerError) -> TlogProof {
    try reader.proof(of: index, under: note)
  }

  /// The proof that the last checkpoint extends the tree of the first `oldSize` entries.
  public func consistency(from oldSize: UInt64) throws(LedgerError) -> [TreeHash] {
    let reader = reader
    return try reader.consistency(from: oldSize, to: reader.head)
  }

  /// The proof that the tree of `checkpoint`, one of this log's, extends that of `oldSize` entries.
  public func consistency(
    from oldSize: UInt64, to checkpoint: Checkpoint
  ) throws(LedgerError) -> [TreeHash] {
    try reader.consistency(from: oldSize, to: checkpoint)
  }

  /// The entry at `index`, compared with its leaf hash.
  public func entry(at index: UInt64) throws(LedgerError) -> [UInt8] {
    try reader.entry(at: index)
  }

  /// Rebuilds the whole log from its entries and compares every tile; time grows with the size.
  public func audit() throws(LedgerError) { try reader.audit() }

  private var reader: LogReader {
    let (head, note) = signedHead
    return LogReader(files: files, verifierKey: verifierKey, head: head, note: note)
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
