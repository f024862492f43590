import FluxgateDevice
import Testing

@Suite struct TioMetadataTests {
  private let device = TioMetadata.device(
    TioDevice(
      session: 0x1234_ABCD, streamCount: 2, name: "SimVec", serial: "SIM0042",
      firmware: "deadbeef"))
  private let stream = TioMetadata.stream(
    TioStream(
      id: 1, columnCount: 3, segmentCount: 16, sampleSize: 12, bufferedSamples: 200,
      name: "vector"))
  private let segment = TioMetadata.segment(
    TioSegment(
      streamID: 1, id: 0, epoch: .unix, referenceSession: 0x1234_ABCD,
      startTime: 1_700_000_000, samplingRate: 200, cutoff: 100, referenceSerial: "SIM0042"))
  private let column = TioMetadata.column(
    TioColumn(
      streamID: 1, index: 0, type: .f32, name: "vector.x", units: "nT", summary: "X field"))

  private var pairs: [(TioMetadata, [UInt8])] {
    [
      (device, TioVectors.device), (stream, TioVectors.stream), (segment, TioVectors.segment),
      (column, TioVectors.column),
    ]
  }

  @Test("published bodies are read")
  func reads() {
    for (piece, bytes) in pairs { #expect(TioVectors.metadata(bytes) == piece) }
  }

  @Test("published bodies are written")
  func writes() {
    for (piece, bytes) in pairs { #expect(piece.packet(flags: 2).bytes == bytes) }
  }

  @Test("a longer fixed part of later firmware is passed over")
  func laterFirmware() {
    for (piece, _) in pairs {
      let fixed = Int(piece.body[0])
      let longer =
        [UInt8(fixed + 3)] + piece.body[1..<fixed] + [0xEE, 0xEE, 0xEE] + piece.body[fixed...]
      #expect(TioVectors.metadata(kind: piece.kind, longer) == piece)
    }
  }

  @Test("a body that is cut short anywhere is refused")
  func cutShort() {
    for (piece, _) in pairs {
      for count in 0..<piece.body.count {
        #expect(TioVectors.metadata(kind: piece.kind, Array(piece.body[..<count])) == nil)
      }
    }
  }

  @Test("unknown kinds are passed over")
  func unknownKind() {
    #expect(TioVectors.metadata(kind: 5, stream.body) == nil)
  }
}
