internal import FluxgateSeal

/// The span of the epoch under way.
///
/// What stands on the disk covers every row in the journal at any time, so that a kill leaves a span
/// that is too wide at worst, never one that is too narrow.
struct OpenSpan {
  /// Rows are older than the time at which their chunk is sealed: by less than this where no disk
  /// or ring stands still. Older ones cost one more write.
  static let usualAge: Int64 = 10_000_000_000

  private let folder: RecordingFolder
  private let key: SigningKey
  private let recording: [UInt8]
  private let epoch: UInt32
  private let start: Int64
  private var planned: [UInt16: EpochSpan.Range]
  /// What the chunks so far cover.
  private var covered: [UInt16: EpochSpan.Range] = [:]

  /// Writes the span with the planned end; durable when this returns.
  init(
    epoch: UInt32, from now: Int64, lasting nanoseconds: Int64, head: RecordingHead,
    signer: SigningKey, folder: RecordingFolder
  ) throws(RecordingError) {
    self.folder = folder
    self.epoch = epoch
    key = signer
    recording = head.recording
    start = now
    let range = EpochSpan.Range(covering: now &- Self.usualAge, now &+ nanoseconds)
    planned = Dictionary(uniqueKeysWithValues: head.structure.categories.map { ($0, range) })
    if !Disk.exists(folder.spans) { try Disk.makeFolder(folder.spans) }
    try write(planned, isEnded: false)
  }

  /// To be called before the chunk is sealed: widens the span on the disk where it must be.
  mutating func cover(_ content: ChunkContent, of category: UInt16) throws(RecordingError) {
    guard content.rowCount > 0 else { return }
    let range = EpochSpan.Range(covering: content.firstTime, content.lastTime)
    if let known = planned[category], !known.contains(range) {
      planned[category] = known.union(range)
      try write(planned, isEnded: false)
    }
    covered[category] = covered[category]?.union(range) ?? range
  }

  /// Replaces the planned bounds by the real ones.
  func end() throws(RecordingError) {
    let empty = EpochSpan.Range(covering: start, start)
    let real = planned.keys.map { ($0, covered[$0] ?? empty) }
    try write(Dictionary(uniqueKeysWithValues: real), isEnded: true)
  }

  private func write(
    _ ranges: [UInt16: EpochSpan.Range], isEnded: Bool
  ) throws(RecordingError) {
    let span = EpochSpan(
      recording: recording, epoch: epoch, isEnded: isEnded, categories: ranges)
    try Disk.replace(folder.span(epoch), span.signed(by: key))
  }
}
