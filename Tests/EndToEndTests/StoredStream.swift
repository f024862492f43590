import FluxgateRecording
import FluxgateSignal
import FluxgateSimulation

/// One stream of an opened recording, held against what its device made.
struct StoredStream {
  let number: UInt32
  let category: Category
  let name: String
  /// Rows in the file, and those of them that equal the device's row of the same number.
  private(set) var stored: UInt64 = 0
  private(set) var equal: UInt64 = 0
  /// Sample numbers that the file passes over.
  private(set) var missing: [UInt64] = []
  /// One more than the last sample number.
  private(set) var end: UInt64 = 0
  private(set) var lastTime: Int64 = 0
  let counts: StreamCounts
  let truth: TruthStream

  var lost: UInt64 { counts.lost.values.reduce(0, +) }

  /// Every stream whose device told what it made.
  static func all(
    _ reader: RecordingReader, truth: [Category: [TruthStream]]
  ) throws -> [StoredStream] {
    var streams: [StoredStream] = []
    for (category, made) in truth {
      guard let meta = try reader.meta(of: category.rawValue) else { continue }
      for (number, described) in meta.streams {
        guard let made = made.first(where: { described.name.hasSuffix(".\($0.name)") }) else {
          continue
        }
        streams.append(try StoredStream(reader, number, category, made))
      }
    }
    return streams.sorted { $0.number < $1.number }
  }

  private init(
    _ reader: RecordingReader, _ number: UInt32, _ category: Category, _ truth: TruthStream
  ) throws {
    self.number = number
    self.category = category
    self.truth = truth
    name = truth.name
    counts = reader.counts(of: number)
    try reader.forEachChunk(of: number) { add($0) }
  }

  private mutating func add(_ chunk: OpenedChunk) {
    let rowBytes = truth.channelCount * truth.sampleType.byteCount
    for row in 0..<chunk.rowCount {
      let sample = chunk.sample(ofRow: row)
      if sample > end { missing += end..<sample }
      end = sample + 1
      stored += 1
      let place = Int(sample) * rowBytes
      guard place + rowBytes <= truth.rows.count else { continue }
      let mine = chunk.rows[row * rowBytes..<(row + 1) * rowBytes]
      if mine == truth.rows[place..<place + rowBytes] { equal += 1 }
    }
    if chunk.rowCount > 0 { lastTime = chunk.lastTime }
  }
}

extension OpenedChunk {
  /// The sample number of a row: the chunk's first, the rows before it, and what is missing between.
  func sample(ofRow row: Int) -> UInt64 {
    var number = firstSample + UInt64(row)
    for gap in gaps where gap.row > 0 && Int(gap.row) <= row { number += gap.missing }
    return number
  }
}
