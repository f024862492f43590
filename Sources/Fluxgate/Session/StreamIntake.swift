internal import FluxgateDevice
internal import FluxgateSignal

/// The reading end of one stream's ring, from the device's announcement on.
///
/// A recording begins once its slowest device has said who it is; the others stream meanwhile. Of what
/// comes before, the newest half of the ring is kept. Older rows of sampled streams are passed over:
/// they are no part of the recording, so they get no number in it and are not in its accounts. Events
/// and records are no samples: they wait on a shelf and are all kept.
///
/// Belongs to the starting thread until the recording begins, then to the processing thread.
final class StreamIntake {
  /// Blocks on a shelf: minutes of events, many thousand records.
  private static let shelfSlots = 4096

  let stream: AnnouncedStream
  private var reader: BlockRing.Reader
  private var shelf: BlockShelf?
  private var passed = PassedRows()
  /// The recording's first row, in the device's own numbers; nil until it has come.
  private var base: UInt64?

  /// The stream whose samples an events stream names; it is taken from first.
  private let numbered: StreamIntake?

  init(_ stream: AnnouncedStream, numbered: StreamIntake? = nil) {
    self.stream = stream
    self.numbered = numbered
    reader = stream.ring.claimReader()
  }

  /// Before the recording begins: keeps the ring from running over.
  func makeRoom() {
    let ring = stream.ring
    while ring.fill > ring.slotCount / 2 {
      let isTaken = stream.description.rate == nil ? putAside() : passOver()
      guard isTaken else { return }
    }
  }

  /// Once it has begun: lends the oldest block, with numbers that count from the recording's first row.
  ///
  /// - Returns: false when there was none.
  func next(_ body: (inout SampleBlock) -> Void) -> Bool {
    let isFromShelf = shelf?.take { block in
      number(&block)
      body(&block)
    }
    if isFromShelf == true { return true }
    return reader.consume { block in
      number(&block)
      body(&block)
    }
  }

  /// Events name samples of the device's first stream: those from before its first row become -1.
  private func renumber(_ block: inout SampleBlock, from base: UInt64) {
    guard base > 0 else { return }
    for row in 0..<block.rowCount {
      let sample = block.int64(row: row, column: EventColumn.sample.rawValue)
      guard sample >= 0 else { continue }
      let shifted = max(-1, sample - Int64(clamping: base))
      block.set(shifted, row: row, column: EventColumn.sample.rawValue)
    }
  }

  private func passOver() -> Bool { reader.consume { passed.add($0) } }

  /// False when the shelf is full: then the ring fills, and what it refuses is named as lost.
  private func putAside() -> Bool {
    let shelf = shelf ?? BlockShelf(stream.ring.layout, slotCount: Self.shelfSlots)
    self.shelf = shelf
    return shelf.hasRoom && reader.consume { shelf.put($0) }
  }

  private func number(_ block: inout SampleBlock) {
    if let numbered { return renumber(&block, from: numbered.base ?? 0) }
    if let base { return block.header.firstSample -= base }
    base = passed.rowCount == 0 ? 0 : block.header.firstSample
    guard passed.rowCount > 0 else { return }
    // Losses between the last row passed over and this one lie before the recording as well.
    passed.addGaps(of: block.header, upTo: 0)
    block.header.beginStream()
    block.header.firstSample = 0
    stream.counters.passOver(passed.rowCount, lost: passed.lost)
  }
}

/// Rows and losses before a recording's first row.
private struct PassedRows {
  private(set) var rowCount: UInt64 = 0
  private(set) var lost: [DiscontinuityReason: UInt64] = [:]

  mutating func add(_ block: borrowing SampleBlock) {
    rowCount += UInt64(block.rowCount)
    addGaps(of: block.header, upTo: .max)
  }

  mutating func addGaps(of header: BlockHeader, upTo row: UInt32) {
    for index in 0..<header.discontinuityCount where header[discontinuity: index].row <= row {
      lost[header[discontinuity: index].reason, default: 0] += header[discontinuity: index].missing
    }
  }
}

/// Blocks that wait, oldest first.
private final class BlockShelf {
  private let ring: BlockRing
  private var writer: BlockRing.Writer
  private var reader: BlockRing.Reader

  init(_ layout: BlockLayout, slotCount: Int) {
    ring = BlockRing(layout: layout, slotCount: slotCount)
    writer = ring.claimWriter()
    reader = ring.claimReader()
  }

  var hasRoom: Bool { ring.fill < ring.slotCount }

  /// The caller has asked `hasRoom`.
  func put(_ block: borrowing SampleBlock) { _ = writer.publish { $0.copy(from: block) } }

  func take(_ body: (inout SampleBlock) -> Void) -> Bool { reader.consume(body) }
}

/// The streams of one device, from the moment it has announced them.
final class DeviceIntake {
  let device: DeviceThread
  private(set) var streams: [StreamIntake] = []

  init(_ device: DeviceThread) { self.device = device }

  /// Before the recording begins; to be called a few times a second. A replayed device waits for room
  /// by itself.
  func makeRoom() {
    if streams.isEmpty, let announcement = device.board.announcement {
      for outlet in announcement.outlets {
        let isEvents = outlet.description.kind == .events
        streams.append(StreamIntake(outlet, numbered: isEvents ? streams.first : nil))
      }
    }
    guard !device.source.isReplayed else { return }
    for stream in streams { stream.makeRoom() }
  }
}
