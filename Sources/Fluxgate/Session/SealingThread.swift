internal import FluxgateDevice
internal import FluxgateRecording
internal import FluxgateSignal
internal import FluxgateTransport
internal import Synchronization

/// Takes whole chunks from the processing thread, seals them and appends them to the journal.
///
/// The first failure of the disk ends the session: the writer stays at its last whole record, later
/// chunks are emptied from the rings and counted as not stored, and the devices are told to stop.
final class SealingThread {
  private let writer: RecordingWriter
  private var feeds: [ChunkFeed]
  private let counters: LiveCounters
  private let documents: DocumentBox
  private let latencies: SequenceQueue
  /// Who may open what is sealed next, given the time of the newest row.
  private let recipients: (Int64) -> [Recipient]
  private let onFailure: (RecordingError) -> Void
  private(set) var failure: RecordingError?
  /// Rows and losses that came after a failure, by stream: known, and not in the recording.
  private(set) var unstored: [UInt32: UInt64] = [:]
  /// Newest time of a stream with a rate: the clock by which epochs and segments are cut.
  private var streamTime: Int64

  init(
    writer: RecordingWriter, feeds: [ChunkFeed], counters: LiveCounters, documents: DocumentBox,
    latencies: SequenceQueue, now: Int64, recipients: @escaping (Int64) -> [Recipient],
    onFailure: @escaping (RecordingError) -> Void
  ) {
    self.writer = writer
    self.feeds = feeds
    self.counters = counters
    self.documents = documents
    self.latencies = latencies
    self.recipients = recipients
    self.onFailure = onFailure
    streamTime = now
  }

  /// Runs until the processing thread has ended and its chunk rings are empty; then writes the last
  /// metadata and finishes the recording.
  ///
  /// - Parameter lastDocuments: given the digests of the streams' plaintext, by stream number, it
  ///   makes each category's last metadata.
  func run(
    inputsEnded: StopFlag, lastDocuments: ([UInt32: [UInt8]]) -> [(UInt16, [UInt8])]
  ) {
    while true {
      let lastTurn = inputsEnded.isRaised
      if !turn() {
        if lastTurn { break }
        Pause.short()
      }
    }
    var digests: [UInt32: [UInt8]] = [:]
    for feed in feeds { digests[feed.stream] = feed.finishDigest() }
    let last = lastDocuments(digests)
    attempt { () throws(RecordingError) in
      try followGrants()
      for (category, document) in last { try writer.putMeta(category, document, at: streamTime) }
      try writer.finish()
    }
  }

  /// Rows stored so far, by stream; read after the thread has ended.
  var counts: [UInt32: StreamCounts] { writer.counts }

  private func turn() -> Bool {
    var worked = false
    attempt { () throws(RecordingError) in try writeDocuments() }
    for feed in feeds {
      while feed.take({ store($0, of: feed) }) { worked = true }
    }
    return worked
  }

  private func store(_ block: borrowing SampleBlock, of feed: ChunkFeed) {
    guard failure == nil else { return abandon(block, of: feed) }
    let content = ChunkContent(block, stream: feed.stream)
    let time = feed.hasRate ? block.header.lastTime.nanoseconds : HostClock.now.nanoseconds
    streamTime = max(streamTime, time)
    attempt { () throws(RecordingError) in
      try followGrants()
      try writer.rollIfNeeded(at: streamTime)
      let before = writer.sealedByteCount
      let sequence = try writer.append(content)
      feed.records?.note(block, stream: feed.stream, sequence: sequence)
      counters.noteChunk(
        raw: content.rows.count, sealed: Int(writer.sealedByteCount - before))
      if feed.hasRate { latencies.note(sequence: sequence, (time, 0, 0)) }
    }
    if failure != nil { abandon(block, of: feed) }
  }

  private func abandon(_ block: borrowing SampleBlock, of feed: ChunkFeed) {
    let missing = (0..<block.header.discontinuityCount).reduce(0) {
      $0 + block.header[discontinuity: $1].missing
    }
    unstored[feed.stream, default: 0] += UInt64(block.rowCount) + missing
  }

  /// Nothing is sealed before the epoch is one for those who may read now, and for nobody else.
  private func followGrants() throws(RecordingError) {
    let wanted = recipients(streamTime)
    guard wanted != writer.recipients else { return }
    writer.recipients = wanted
    try writer.rollEpoch(at: streamTime)
  }

  private func writeDocuments() throws(RecordingError) {
    for (category, document) in documents.takeAll() {
      try followGrants()
      try writer.putMeta(category, document, at: streamTime)
    }
  }

  private func attempt(_ work: () throws(RecordingError) -> Void) {
    guard failure == nil else { return }
    do throws(RecordingError) {
      try work()
    } catch {
      failure = error
      onFailure(error)
    }
  }
}

/// The sealing thread's end of one stream's chunks.
final class ChunkFeed {
  let stream: UInt32
  let hasRate: Bool
  /// Follows record numbers; nil for streams without.
  let records: CursorTrack?
  private var reader: BlockRing.Reader
  private var digest: StreamDigest? = StreamDigest()

  init(stream: UInt32, ring: BlockRing, hasRate: Bool, records: CursorTrack?) {
    self.stream = stream
    self.hasRate = hasRate
    self.records = records
    reader = ring.claimReader()
  }

  func take(_ body: (borrowing SampleBlock) -> Void) -> Bool {
    reader.consume { block in
      digest?.add(block)
      body(block)
    }
  }

  func finishDigest() -> [UInt8] {
    guard let spent = digest.take() else { return [] }
    return spent.finish()
  }
}

extension ChunkContent {
  init(_ block: borrowing SampleBlock, stream: UInt32) {
    let header = block.header
    let rows = block.rows
    self.init(
      // SAFETY: the bytes are copied while the block is lent.
      stream: stream, rows: unsafe rows.withUnsafeBytes { unsafe [UInt8]($0) },
      rowCount: UInt32(block.rowCount), firstSample: header.firstSample,
      firstTime: header.firstTime.nanoseconds, lastTime: header.lastTime.nanoseconds,
      gaps: (0..<header.discontinuityCount).map { header[discontinuity: $0] })
  }
}
