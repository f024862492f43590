import FluxgateSignal
import Testing

@testable import Fluxgate

@Suite struct ChunkAssemblerTests {
  private static let layout = BlockLayout(sampleType: .int64, channelCount: 1, rowCapacity: 8)

  /// Rows 0..<count, then a break that lost `missing`.
  private func block(_ count: Int, missing: UInt64) -> SampleBlock {
    var block = SampleBlock(layout: Self.layout)
    for row in 0..<count {
      [Int64(row)].withUnsafeBytes { block.append(RawSpan(_unsafeBytes: $0)) }
    }
    block.header.note(
      Discontinuity(row: UInt32(count), reason: .counterGap, missing: missing, timeStep: 0))
    return block
  }

  private func lost(in ring: BlockRing) -> (rows: Int, missing: UInt64) {
    var reader = ring.claimReader()
    var found = (rows: 0, missing: UInt64(0))
    while reader.consume({ chunk in
      found.rows += chunk.rowCount
      for index in 0..<chunk.header.discontinuityCount {
        found.missing += chunk.header[discontinuity: index].missing
      }
    }) {}
    return found
  }

  @Test(arguments: [3, 4])
  func `a break behind the last row of a block is kept`(rows: Int) {
    var assembler = ChunkAssembler(
      dataset: 1, layout: BlockLayout(sampleType: .int64, channelCount: 1, rowCapacity: 4))
    assembler.append(block(rows, missing: 7), now: HostTime(nanoseconds: 0))
    assembler.close()
    let found = lost(in: assembler.ring)
    #expect(found.rows == rows && found.missing == 7)
  }
}
