public import FluxgateSeal
internal import FluxgateSignal

/// Codes, seals and journals the chunks of one recording. Belongs to one thread, the sealing one.
///
/// Every call that throws ``RecordingError`` leaves the journal at the end of its last whole record;
/// a caller that meets a full disk may still ``finish()``. Nothing is durable before
/// ``sync`` says so.
public final class RecordingWriter {
  public let folder: RecordingFolder
  /// 16 random bytes.
  public let recording: [UInt8]
  /// For the thread that calls `fdatasync`.
  public let sync: RecordingSync
  /// Rows by stream since this writer was made.
  public private(set) var counts: [UInt32: StreamCounts] = [:]
  /// Bytes of all chunks sealed by this writer, headers and padding included.
  public private(set) var sealedByteCount: UInt64 = 0
  /// Who can open the epochs to come. The first is the patient. A change holds from the next epoch:
  /// where it must hold at once, ``rollEpoch(at:)`` follows it.
  public var recipients: [Recipient]

  private let structure: RecordingStructure
  private let key: SigningKey
  private let limits: SegmentLimits
  private let segmentFinished: (UInt32) -> Void
  private var position: WriterPosition
  private var documents: [UInt16: [UInt8]] = [:]
  private var sealer = ChunkSealer()
  private var coder = RowCoder()
  private var keys: EpochKeys
  private var span: OpenSpan
  private var journal: JournalFile
  private var epochStart: Int64
  private var segmentStart: Int64
  private var isFinished = false
  private let lock: FolderLock

  /// Goes on in `folder`, which holds a recording whose journals are all closed, with a new epoch.
  ///
  /// - Parameters:
  ///   - identity: its key is the one that the recording names.
  ///   - now: the current `HostTime` in nanoseconds.
  ///   - segmentFinished: called on this thread with the number of a segment that can be closed
  ///     (``SegmentCloser``); it must not block.
  public init(
    resuming folder: RecordingFolder, identity: GatewayIdentity, recipients: [Recipient],
    limits: SegmentLimits = SegmentLimits(), now: Int64,
    segmentFinished: @escaping (UInt32) -> Void
  ) throws(RecordingError) {
    lock = try FolderLock(folder)
    let head = try RecordingHead.load(folder)
    guard head.gateway == identity.publicKey else {
      throw .document(path: folder.recording, .signer)
    }
    guard !recipients.isEmpty else { throw .structure(.recipients(count: 0)) }
    self.folder = folder
    self.recipients = recipients
    self.limits = limits
    self.segmentFinished = segmentFinished
    recording = head.recording
    structure = head.structure
    key = identity.identity
    var position = try WriterPosition(after: folder, head: head)
    position.epoch += 1
    position.segment += 1
    sync = RecordingSync(after: position.sequence)
    keys = try EpochKeys(
      epoch: position.epoch, head: head, recipients: recipients, signer: identity.identity,
      folder: folder)
    span = try OpenSpan(
      epoch: position.epoch, from: now, lasting: limits.epochNanoseconds, head: head,
      signer: identity.identity, folder: folder)
    journal = try JournalFile.begin(head: head, position: position, keys: keys, in: folder)
    self.position = position
    epochStart = now
    segmentStart = now
    sync.add(journal)
  }

  /// Makes a recording in `path`, which must not exist, and begins its first epoch.
  ///
  /// - Parameters:
  ///   - recipients: the patient first.
  ///   - pairing: the patient's signed record that names this gateway, as bytes.
  ///   - datasets: every stream; the metadata streams are added.
  public convenience init(
    creating path: String, identity: GatewayIdentity, recipients: [Recipient], pairing: [UInt8],
    datasets: [DatasetDescription], limits: SegmentLimits = SegmentLimits(), now: Int64,
    segmentFinished: @escaping (UInt32) -> Void
  ) throws(RecordingError) {
    let folder = RecordingFolder(path)
    try folder.create(
      structure: try RecordingStructure(streams: datasets), pairing: pairing,
      signer: identity.identity)
    try self.init(
      resuming: folder, identity: identity, recipients: recipients, limits: limits, now: now,
      segmentFinished: segmentFinished)
  }

  /// Codes, seals and journals one chunk; gives its sequence number.
  @discardableResult
  public func append(_ content: ChunkContent) throws(RecordingError) -> UInt64 {
    guard !isFinished else { throw .finished }
    guard let place = structure.position(of: content.stream) else {
      throw .chunk(stream: content.stream, index: 0, .unknownStream)
    }
    let dataset = structure.datasets[place]
    if let fault = content.fault(for: dataset) {
      throw .chunk(
        stream: content.stream, index: position.indices[content.stream] ?? 0, fault)
    }
    if journal.byteCount >= limits.segmentBytes { try cutSegment(at: segmentStart) }
    return try append(content, to: dataset)
  }

  /// Seals a document of a category's metadata (``RecordingFormat``, "Meta streams"), at most 16 MiB.
  ///
  /// It is written again at the start of every epoch until another one replaces it.
  public func putMeta(
    _ category: UInt16, _ document: [UInt8], at now: Int64
  ) throws(RecordingError) {
    guard !isFinished else { throw .finished }
    let stream = DatasetDescription.metaStream(of: category)
    guard structure.position(of: stream) != nil else {
      throw .chunk(stream: stream, index: 0, .unknownStream)
    }
    guard document.count <= MetaPages.mostBytes else {
      throw .meta(stream: stream, .size(document.count))
    }
    documents[category] = document
    try writeMeta(category, document, at: now)
  }

  /// Cuts the segment, and the epoch, whose time is over. To be called before each append.
  public func rollIfNeeded(at now: Int64) throws(RecordingError) {
    guard !isFinished else { throw .finished }
    if now &- epochStart >= limits.epochNanoseconds {
      try cutEpoch(at: now)
    } else if now &- segmentStart >= limits.segmentNanoseconds {
      try cutSegment(at: now)
    }
  }

  /// Ends the epoch now and begins another one, for the ``recipients`` as they are.
  public func rollEpoch(at now: Int64) throws(RecordingError) {
    guard !isFinished else { throw .finished }
    try cutEpoch(at: now)
  }

  /// Ends the recording: its last manifest will say closed. The keys are wiped.
  public func finish() throws(RecordingError) {
    guard !isFinished else { return }
    guard !sync.isBroken else { throw .disk(.sync, path: journal.path, errno: 5) }
    try journal.append(.closed(final: true))
    isFinished = true
    keys.wipe()
    try sync.sync()
    try span.end()
    segmentFinished(position.segment)
  }

  private func append(
    _ content: ChunkContent, to dataset: DatasetDescription
  ) throws(RecordingError) -> UInt64 {
    guard !sync.isBroken else { throw .disk(.sync, path: journal.path, errno: 5) }
    try span.cover(content, of: dataset.category)
    let index = position.indices[dataset.stream] ?? 0
    let sequence = position.sequence + 1
    let (codec, coded) = coder.encode(content.rows, of: dataset)
    let plaintext = ChunkPrefix(content, of: dataset, codec: codec).encoded + coded
    let sealed = sealer.seal(
      plaintext,
      at: ChunkAddress(
        of: dataset, recording: recording, epoch: position.epoch, index: index,
        sequence: sequence),
      key: keys.key(of: dataset.category))
    let account = RowAccount(content)
    try journal.append(.chunk(account, sealed: sealed), sequence: sequence)
    sealedByteCount &+= UInt64(sealed.count)
    position.sequence = sequence
    position.indices[dataset.stream] = index + 1
    counts[dataset.stream, default: StreamCounts()].add(account)
    return sequence
  }

  private func writeMeta(
    _ category: UInt16, _ document: [UInt8], at now: Int64
  ) throws(RecordingError) {
    let number = position.documents[category] ?? 0
    let dataset = DatasetDescription.meta(of: category)
    position.documents[category] = number + 1
    for page in MetaPages.cut(document, number: number, category: category, at: now) {
      _ = try append(page, to: dataset)
    }
  }

  private func cutSegment(at now: Int64) throws(RecordingError) {
    try begin(segment: position.segment + 1, epoch: position.epoch, at: now)
  }

  private func cutEpoch(at now: Int64) throws(RecordingError) {
    let epoch = position.epoch + 1
    let next = try EpochKeys(
      epoch: epoch, head: head, recipients: recipients, signer: key, folder: folder)
    let nextSpan = try OpenSpan(
      epoch: epoch, from: now, lasting: limits.epochNanoseconds, head: head, signer: key,
      folder: folder)
    let (old, oldSpan) = (keys, span)
    keys = next
    do {
      try begin(segment: position.segment + 1, epoch: epoch, at: now)
    } catch {
      keys = old
      throw error
    }
    old.wipe()
    span = nextSpan
    epochStart = now
    try oldSpan.end()
    for (category, document) in documents.sorted(by: { $0.key < $1.key }) {
      try writeMeta(category, document, at: now)
    }
  }

  private func begin(segment: UInt32, epoch: UInt32, at now: Int64) throws(RecordingError) {
    var next = position
    next.segment = segment
    next.epoch = epoch
    let new = try JournalFile.begin(head: head, position: next, keys: keys, in: folder)
    try journal.append(.closed(final: false))
    segmentFinished(position.segment)
    journal = new
    position = next
    segmentStart = now
    sync.add(new)
  }

  private var head: RecordingHead {
    RecordingHead(recording: recording, gateway: key.publicKey, structure: structure)
  }
}
