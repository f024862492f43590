import FluxgateSignal
import FluxgateSimulation
import Testing

@testable import FluxgateDevice

@Suite struct FieldTripVectorTests {
  /// Two channels "A" and "B", 500 Hz, float32, nothing yet: the published PUT_HDR as an answer.
  static let header = hex(
    "0100 0402 24000000 02000000 00000000 00000000 0000fa43 09000000 0c000000"
      + "01000000 04000000 41004200")

  static func news(_ samples: String, _ events: String) -> [UInt8] {
    hex("0100 0404 08000000 \(samples) \(events)")
  }

  @Test func `the greeting is the published GET_HDR`() {
    #expect(FieldTripScript().sent() == hex("0100 0102 00000000"))
  }

  @Test func `the published header becomes a stream`() {
    let script = FieldTripScript(settings: ["unit": "V", "kind": "eeg"])
    script.hear(Self.header)
    let description = script.board.announcement?.outlets[0].description
    #expect(description?.channels.map(\.name) == ["A", "B"])
    #expect(description?.channels[0] == Channel(name: "A", kind: "eeg", unit: "V"))
    #expect(description?.rate == 500)
    #expect(description?.sampleType == .float32)
    #expect(script.board.state == .streaming)
  }

  @Test func `samples are waited for, asked for and kept bit for bit`() {
    let script = FieldTripScript()
    script.hear(Self.header)
    // Wait for more than 9 samples (20 ms) or any event, at most 200 ms.
    #expect(
      script.sent()
        == hex("0100 0102 00000000 0100 0204 0c000000 09000000 00000000 c8000000"))
    script.hear(Self.news("02000000", "00000000"))
    #expect(script.sent() == hex("0100 0202 08000000 00000000 01000000"))
    let rows = hex("0000803f 000000c0 00004040 0000c07f")
    script.hear(hex("0100 0402 20000000 02000000 02000000 09000000 10000000") + rows)
    #expect(script.publish() == rows)
  }

  @Test func `the published event is recorded once with its value`() {
    let script = FieldTripScript()
    script.hear(Self.header)
    script.hear(Self.news("00000000", "01000000"))
    #expect(script.sent().suffix(16) == hex("0100 0302 08000000 00000000 00000000"))
    let event = hex(
      "0100 0402 2b000000 00000000 07000000 07000000 01000000 05000000 00000000 00000000"
        + "0b000000 74726967676572 2a000000")
    script.hear(event)
    script.hear(event)
    let outlet = script.port.outlets[1]
    outlet.flush()
    var reader = outlet.ring.claimReader()
    var rows: [Int64] = []
    while reader.consume({ block in
      block.rows.withUnsafeBytes { raw in
        rows += stride(from: 0, to: raw.count, by: 8).map {
          raw.loadUnaligned(fromByteOffset: $0, as: Int64.self)
        }
      }
    }) {}
    #expect(rows.dropFirst() == [5, 0, 1, 0, 1, 42])
    #expect(script.board.labels.all == ["trigger"])
  }

  @Test func `trigger channels are known by their names, resolutions become scales`() {
    let script = FieldTripScript()
    // "STI1" and "X", int16, resolutions 2 and 0.5.
    script.hear(
      hex(
        "0100 0402 3f000000 02000000 00000000 00000000 0000fa43 06000000 27000000"
          + "01000000 07000000 53544931005800"
          + "03000000 10000000 0000000000000040 000000000000e03f"))
    let channels = script.board.announcement?.outlets[0].description.channels
    #expect(channels?.map(\.kind) == ["trigger", "mag"])
    #expect(channels?.map(\.scale) == [1, 0.5])
  }

  @Test(arguments: [
    (UInt32(0), "80ff41", "8000ff004100"), (1, "80ff00", "8000ff000000"),
    (5, "80ff7f", "80ffffff7f00"), (2, "ffff00800100", "ffff00000080000001000000"),
    (6, "ffff", "ffff"), (3, "ffffffff00000080", "ffffffff000000000000008000000000"),
    (7, "ffffffff", "ffffffff"), (8, "ffffffffffffffff", "ffffffffffffffff"),
    (4, "ffffffffffffff7f", "ffffffffffffff7f"), (9, "0000803f", "0000803f"),
    (10, "000000000000f03f", "000000000000f03f"),
  ])
  func `every number type is kept without loss from both orders`(
    code: UInt32, wire: String, kept: String
  ) throws {
    let type = try #require(FieldTripSampleType(rawValue: code))
    let little = hex(wire)
    let size = type.wireByteCount
    let big = stride(from: 0, to: little.count, by: size).flatMap {
      little[$0..<$0 + size].reversed()
    }
    for (order, bytes) in [(FieldTripByteOrder.little, little), (.big, big)] {
      var rows: [UInt8] = []
      type.convert(bytes.span.bytes, from: order, into: &rows)
      #expect(rows == hex(kept))
      #expect(rows.count / type.kept.byteCount == bytes.count / size)
      let fits = type.fits(bytes.span.bytes, from: order)
      #expect(fits)
    }
    #expect(!type.isKeptAsItIs(from: .little) || little == hex(kept))
  }

  @Test func `a number above 2^63 - 1 fits no kept type`() {
    let top = hex("0000000000000080")
    let little = FieldTripSampleType.uint64.fits(top.span.bytes, from: .little)
    let big = FieldTripSampleType.uint64.fits(top.span.bytes, from: .big)
    let signed = FieldTripSampleType.int64.fits(top.span.bytes, from: .little)
    #expect(!little && big && signed)
  }

  @Test func `a server that answers big-endian is asked so from there on`() {
    let script = FieldTripScript()
    script.hear(
      hex("0001 0204 00000018 00000002 00000000 00000000 43fa0000 00000006 00000000"))
    #expect(script.board.announcement?.outlets[0].description.rate == 500)
    #expect(
      script.sent()
        == hex("0100 0102 00000000 0001 0402 0000000c 00000009 00000000 000000c8"))
    script.hear(hex("0001 0404 00000008 00000001 00000000"))
    #expect(script.sent() == hex("0001 0202 00000008 00000000 00000000"))
    script.hear(hex("0001 0204 00000014 00000002 00000001 00000006 00000004 fffe 0102"))
    #expect(script.publish() == hex("feff 0201"))
  }

  @Test func `a named order is not left`() {
    let script = FieldTripScript(settings: ["byte-order": "little"])
    for _ in 0..<2 { script.wake() }
    #expect(script.sent() == (0..<3).flatMap { _ in hex("0100 0102 00000000") })
    let big = FieldTripScript(settings: ["byte-order": "big"])
    #expect(big.sent() == hex("0001 0201 00000000"))
  }

  @Test(arguments: [
    ("00000000", "09000000", DeviceRefusal.unsupported(what: "a header without channels")),
    ("01100000", "09000000", .tooManyChannels(4097, limit: 4096)),
    ("02000000", "0b000000", .unsupported(what: "sample type 11")),
  ])
  func `headers that cannot be read are refused`(
    channels: String, type: String, refusal: DeviceRefusal
  ) {
    let script = FieldTripScript()
    script.hear(
      hex("0100 0402 18000000 \(channels) 00000000 00000000 0000fa43 \(type) 00000000"))
    #expect(script.board.refusals.all == [refusal])
  }

  @Test func `a chunk that is longer than its header is refused the third time`() {
    let script = FieldTripScript()
    for _ in 0..<3 {
      #expect(script.board.refusals.count == 0)
      script.hear(
        hex(
          "0100 0402 20000000 02000000 00000000 00000000 0000fa43 09000000 08000000"
            + "01000000 ffffffff"))
      script.wake()
    }
    #expect(
      script.board.refusals.all
        == [.notThisDevice(expected: "FieldTrip header", found: "chunk 1 of 4294967295 bytes")])
  }

  @Test func `a restart whose count has passed the old is seen by its rows`() {
    let script = FieldTripScript()
    script.hear(Self.header)
    script.hear(Self.news("01000000", "00000000"))
    script.hear(
      hex("0100 0402 18000000 02000000 01000000 09000000 08000000 0000803f 000000c0"))
    script.hear(Self.news("02000000", "00000000"))
    // Samples 0 and 1 are asked for; sample 0 is another one now.
    #expect(script.sent().suffix(16) == hex("0100 0202 08000000 00000000 01000000"))
    script.hear(
      hex(
        "0100 0402 20000000 02000000 02000000 09000000 10000000"
          + "00000041 00000041 00004040 0000c07f"))
    #expect(script.sent() == hex("0100 0102 00000000"))
    #expect(script.port.outlets[0].nextSample == 1)
  }

  @Test func `a silent peer is asked five times, in both orders, and then refused`() {
    let script = FieldTripScript()
    for _ in 0..<5 { script.wake() }
    #expect(script.board.refusals.all == [.silent(seconds: 15)])
    let (little, big) = (hex("0100 0102 00000000"), hex("0001 0201 00000000"))
    #expect(script.sent() == little + big + little + big + little)
    #expect(script.isAsleep)
  }

  @Test func `a server without a header is asked again`() {
    let script = FieldTripScript()
    _ = script.sent()
    for _ in 0..<20 {
      script.hear(hex("0100 0502 00000000"))
      script.wake()
      #expect(script.sent() == hex("0100 0102 00000000"))
    }
    #expect(script.board.refusals.count == 0)
  }

  @Test func `samples that were told and never read are lost with a restart`() {
    let script = FieldTripScript()
    script.hear(Self.header)
    script.hear(Self.news("0a000000", "00000000"))
    script.hear(hex("0100 0502 00000000"))
    script.hear(Self.news("00000000", "00000000"))
    script.hear(Self.header)
    script.hear(Self.news("01000000", "00000000"))
    script.hear(
      hex("0100 0402 18000000 02000000 01000000 09000000 08000000 0000803f 000000c0"))
    let raw = script.port.outlets[0]
    #expect(raw.counters.lostRows(.deviceReset) == 10)
    #expect(raw.nextSample == 11)
  }

  @Test func `a header that changes its channels is refused`() {
    let script = FieldTripScript()
    script.hear(Self.header)
    script.hear(Self.news("0a000000", "00000000"))
    script.hear(hex("0100 0502 00000000"))
    script.hear(Self.news("01000000", "00000000"))
    script.hear(
      hex("0100 0402 18000000 03000000 00000000 00000000 0000fa43 09000000 00000000"))
    #expect(
      script.board.refusals.all == [.unsupported(what: "a header that changes its channels")])
  }

  @Test func `absurd sizes are passed over`() {
    let script = FieldTripScript()
    script.hear(hex("0100 0402 ffffff7f") + Self.header)
    #expect(script.skipped.first?.1 == .badLength(0x7FFF_FFFF))
    #expect(script.board.announcement != nil)
  }

  @Test func `a damaged event is counted as lost`() {
    let script = FieldTripScript()
    script.hear(Self.header)
    script.hear(Self.news("00000000", "01000000"))
    script.hear(
      hex(
        "0100 0402 20000000 ff000000 07000000 07000000 01000000 05000000 00000000 00000000"
          + "00000000"))
    #expect(script.port.outlets[1].counters.lostRows(.corrupted) == 1)
  }

  @Test(arguments: 1...4) func `no bytes bring it down`(seed: Int) {
    var random = SeededRandom(seed: UInt64(seed))
    for round in 0..<100 {
      let script = FieldTripScript()
      if round % 2 == 0 { script.hear(Self.header) }
      for _ in 0..<30 {
        var bytes = (0..<Int.random(in: 1...120, using: &random)).map { _ in
          UInt8.random(in: 0...255, using: &random)
        }
        let heads = [hex("0100 0402"), hex("0100 0404 08000000"), hex("0100 0502 00000000")]
        if let head = heads.randomElement(using: &random) { bytes = head + bytes }
        if bytes.count > 8, bytes[3] == 2 { bytes[4...7] = [UInt8(bytes.count - 8), 0, 0, 0] }
        script.hear(bytes)
        if Bool.random(using: &random) { script.wake() }
        _ = script.sent()
      }
    }
  }
}
