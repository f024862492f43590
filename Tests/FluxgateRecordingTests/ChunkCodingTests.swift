import FluxgateSeal
import FluxgateSignal
import Testing

@testable import FluxgateRecording

@Suite struct ChunkCodingTests {
  private let dataset = DatasetDescription(
    stream: 3, category: 1, kind: .raw, sampleType: .int16, columns: 2, rowsPerChunk: 4)
  private let key = DataKey()
  private var place: ChunkAddress {
    ChunkAddress(
      of: dataset, recording: Array(0..<16), epoch: 1, index: 5, sequence: 6)
  }

  private var prefix: [UInt8] {
    ChunkPrefix(
      ChunkContent(
        stream: 3, rows: [], rowCount: 2, firstSample: 258, firstTime: -1, lastTime: 1,
        gaps: [Discontinuity(row: 1, reason: .linkLost, missing: 3, timeStep: -2)]),
      of: dataset, codec: .none
    ).encoded
  }
  private let rows: [UInt8] = [1, 0, 2, 0, 3, 0, 4, 0]

  /// Seals `plaintext` under its right place, so that only the prefix or the rows can be at fault.
  private func open(_ plaintext: [UInt8]) throws(RecordingError) -> OpenedChunk {
    var sealer = ChunkSealer()
    var opener = ChunkOpener()
    return try opener.open(
      sealer.seal(plaintext, at: place, key: key), at: place, of: dataset, key: key)
  }

  @Test func `the prefix lies as the format says`() {
    #expect(
      prefix == [
        1, 0, 1, 0, 2, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0,
        2, 1, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 1, 0, 0, 0, 0, 0, 0, 0,
        1, 0, 0, 0, 4, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 254, 255, 255, 255, 255, 255, 255, 255,
      ])
  }

  @Test func `a right chunk opens`() throws {
    let chunk = try open(prefix + rows)
    #expect(chunk.rows == rows)
    #expect(chunk.integer(row: 1, column: 0) == 3)
    #expect(chunk.gaps == [Discontinuity(row: 1, reason: .linkLost, missing: 3, timeStep: -2)])
  }

  @Test(
    arguments: [
      (0, 2, ChunkFault.prefix(offset: 0)), (1, 3, .codec(3)), (2, 3, .prefix(offset: 2)),
      (2, 9, .prefix(offset: 3)), (3, 1, .prefix(offset: 3)), (4, 3, .prefix(offset: 4)),
      (8, 9, .rows(9)), (8, 1, .coded(8, expected: 4)), (12, 0, .coded(32, expected: 8)),
      (13, 255, .discontinuities(count: 65281)), (14, 1, .prefix(offset: 14)),
      (40, 3, .discontinuity(number: 0)), (44, 0, .discontinuity(number: 0)),
      (45, 1, .discontinuity(number: 0)),
    ] as [(Int, UInt8, ChunkFault)])
  func `a bad field inside a good seal is refused`(
    offset: Int, value: UInt8, fault: ChunkFault
  ) {
    var bad = prefix + rows
    bad[offset] = value
    // One offset is that of the reader, past the byte it could not accept.
    #expect(throws: RecordingError.chunk(stream: 3, index: 5, fault)) { try open(bad) }
  }

  @Test func `bytes missing or left over are refused`() {
    for bad in [prefix, prefix + rows + [0], Array(prefix.dropLast())] {
      #expect(throws: RecordingError.self) { try open(bad) }
    }
  }

  @Test func `a zstd frame of another size, or two of them, is refused`() {
    let zstd = ZstdFrames()
    var head = prefix
    head[1] = ChunkCodec.shuffle.rawValue
    let frame = zstd.compress(rows)
    #expect(throws: Never.self) { try open(head + frame) }
    for bad in [
      zstd.compress(rows + [0]), zstd.compress([1]), frame + frame, Array(frame.dropLast()),
    ] {
      #expect(throws: RecordingError.self) { try open(head + bad) }
    }
  }

  @Test func `a chunk from another place is refused`() {
    var sealer = ChunkSealer()
    var other = place
    other.index = 4
    let sealed = sealer.seal(prefix + rows, at: other, key: key)
    var opener = ChunkOpener()
    #expect(throws: RecordingError.seal(.wrongPlace(.index))) {
      try opener.open(sealed, at: place, of: dataset, key: key)
    }
  }
}
