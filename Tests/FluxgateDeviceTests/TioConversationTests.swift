import FluxgateDevice
import FluxgateSignal
import FluxgateSimulation
import Testing

@Suite struct TioConversationTests {
  private func stream(_ talk: TioConversation) throws -> CollectedStream {
    let announcement = try #require(talk.board.announcement)
    let stream = CollectedStream(announcement.outlets[0])
    for outlet in talk.port.outlets { outlet.flush() }
    stream.drain()
    return stream
  }

  private func events(_ talk: TioConversation) -> [String] { talk.board.labels.all }

  @Test("number types become the smallest type that holds them all exactly")
  func types() throws {
    let cases: [([TioDataType], SampleType)] = [
      ([.i16, .i16], .int16), ([.u8, .i8, .i16], .int16), ([.u16], .int32),
      ([.i24, .i16], .int32), ([.u24, .i32], .int32), ([.u32], .int64), ([.i64, .i8], .int64),
      ([.f32, .f32], .float32), ([.f32, .i32], .float64), ([.f64], .float64),
      ([.f64, .u32], .float64),
    ]
    for (columns, expected) in cases {
      let talk = TioConversation(TioConversation.pieces(columns))
      let announcement = try #require(talk.board.announcement)
      #expect(announcement.outlets[0].description.sampleType == expected, "\(columns)")
    }
    for columns in [[.u64], [.i64, .f32], [.u64, .i8]] as [[TioDataType]] {
      let talk = TioConversation(TioConversation.pieces(columns))
      #expect(talk.board.announcement == nil)
      #expect(talk.board.state == .refused)
    }
  }

  @Test("integers of 24 bits and less keep their sign, or have none")
  func signs() throws {
    let talk = TioConversation(TioConversation.pieces([.i24, .u24, .i8, .u8, .i16, .u16]))
    talk.data(0, [0xFE, 0xFF, 0xFF, 0xFE, 0xFF, 0xFF, 0x80, 0x80, 0, 0x80, 0, 0x80])
    let rows = try stream(talk).rows
    let values = stride(from: 0, to: rows.count, by: 4).map { start in
      rows[start..<start + 4].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    }.map { Int32(bitPattern: $0) }
    #expect(values == [-2, 0xFFFFFE, -128, 128, -32768, 32768])
  }

  @Test("a new rate is a break, with what fell between the rates")
  func rateChange() throws {
    let talk = TioConversation(TioConversation.pieces([.i16]))
    for number in 0..<100 { talk.data(number, [1, 0]) }
    talk.say(segmentPacket(1, start: 1002, rate: 200))
    talk.wait(.seconds(1))
    talk.data(5, segment: 1, [2, 0])
    #expect(events(talk).contains("rate changed"))
    // 100 samples at 100 Hz fill the second 1000; 1001 is missing, and five samples at 200 Hz.
    #expect(
      try stream(talk).gaps.dropFirst() == [.init(sample: 205, reason: .rateChanged, missing: 105)])
  }

  private func segmentPacket(_ id: UInt8, start: UInt32, rate: UInt32) -> TioPacket {
    TioConversation.segment(id, start: start, rate: rate).packet(flags: 2)
  }

  @Test("a start time that the host's clock contradicts is a jump of the device's clock")
  func clockJump() throws {
    for start in [500, 900_000] as [UInt32] {
      let talk = TioConversation(TioConversation.pieces([.i16]))
      for number in 0..<100 { talk.data(number, [1, 0]) }
      talk.say(segmentPacket(1, start: start, rate: 100))
      talk.data(3, segment: 1, [2, 0])
      #expect(
        try stream(talk).gaps.dropFirst() == [.init(sample: 103, reason: .clockJump, missing: 3)])
    }
  }

  @Test("without comparable start times a skipped segment is measured by the host's clock")
  func hostClock() throws {
    let talk = TioConversation(
      TioConversation.pieces([.i16], segments: [TioConversation.segment(epoch: .invalid)]))
    for number in 0..<100 { talk.data(number, [1, 0]) }
    talk.pieces += [TioConversation.segment(2, epoch: .invalid)]
    talk.wait(.seconds(20))
    talk.data(9, segment: 2, [2, 0])
    let gaps = try stream(talk).gaps.dropFirst()
    // Twenty seconds at 100 Hz, less the sample that came.
    #expect(gaps == [.init(sample: 100 + 1999, reason: .counterGap, missing: 1999)])
  }

  @Test("a segment that the device will not describe goes on as the one before")
  func undescribedSegment() throws {
    for answersWithError in [true, false] {
      let talk = TioConversation(TioConversation.pieces([.i16]))
      talk.answersUnknownWithError = answersWithError
      for number in 0..<100 { talk.data(number, [1, 0]) }
      for number in 0..<50 { talk.data(number, segment: 1, [2, 0]) }
      talk.wait(.seconds(1))
      let found = try stream(talk)
      #expect(found.numbers == Array(0..<150))
      #expect(found.gaps.count == 1)
      #expect(talk.requests < 20)
    }
  }

  @Test("streams that come back with other columns after a restart are refused")
  func otherShape() throws {
    let talk = TioConversation(TioConversation.pieces([.i16]))
    talk.data(0, [1, 0])
    talk.pieces = TioConversation.pieces([.i32])
    talk.pieces[0] = TioConversation.device(session: 8)
    talk.heartbeat(8)
    talk.data(0, [1, 0, 0, 0])
    #expect(talk.board.state == .refused)
    #expect(events(talk).contains("stream changed its shape"))
    #expect(try stream(talk).numbers == [0])
  }

  @Test("logs and settings become events; unknown packets are passed over")
  func events() throws {
    let talk = TioConversation(TioConversation.pieces([.i16]))
    talk.say(TioPacket(type: TioPacket.Kind.log, payload: [0, 0, 0, 0, 2] + Array("hot".utf8)))
    talk.say(TioPacket(type: TioPacket.Kind.settingChanged, payload: [1]))
    for type in [14, 63, 64, 65, 127] as [UInt8] { talk.say(TioPacket(type: type)) }
    talk.data(0, [1, 0])
    #expect(Set(events(talk)) == ["warning", "hot", "setting changed"])
    #expect(try stream(talk).numbers == [0])
  }

  @Test("a stream that nobody announced is named once")
  func unannounced() throws {
    let talk = TioConversation(TioConversation.pieces([.i16]))
    for number in 0..<3 { talk.data(number, stream: 5, [1, 0]) }
    talk.data(0, [1, 0])
    #expect(events(talk) == ["unannounced stream"])
    #expect(try stream(talk).numbers == [0])
  }

  @Test("numbers that were there before add no rows")
  func repeated() throws {
    let talk = TioConversation(TioConversation.pieces([.i16]))
    for number in [0, 1, 2, 1, 3] { talk.data(number, [UInt8(number), 0]) }
    #expect(try stream(talk).rows == [0, 0, 1, 0, 2, 0, 3, 0])
  }

  @Test("a silent line and samples that nobody describes are refused after ten seconds")
  func refusals() {
    let silent = TioConversation([])
    // The conversation answers, with nothing: that is a device that knows no metadata.
    silent.wait(.seconds(11))
    #expect(silent.board.announcement == nil && silent.heartbeats > 100)
    let legacy = TioConversation([])
    legacy.say(TioPacket(type: 128, payload: [0, 0, 0, 0, 1, 2]))
    legacy.wait(.seconds(11))
    #expect(
      legacy.board.refusals.all == [
        .unsupported(what: "a TIO device that does not describe its samples")
      ])
  }

  @Test("no packet of random bytes stops the program", arguments: 1...20 as ClosedRange<UInt64>)
  func anyPacket(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let talk = TioConversation(TioConversation.pieces([.i16, .f32, .u8]))
    for _ in 0..<2000 {
      let types: [UInt8] = [1, 3, 4, 5, 11, 11, 12, 129, 129, 130, UInt8(random.next() % 256)]
      let type = types[Int(random.next() % UInt64(types.count))]
      let count = Int(random.next() % 60)
      var payload = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      if type == 11, count > 4 {
        payload[0] = UInt8(random.next() % 6)
        payload[2] = [9, 9, 27, 7][Int(random.next() % 4)]
        payload[3] = UInt8(random.next() % 4)
      }
      if type == 129, count > 4 { payload[3] = UInt8(random.next() % 4) }
      let bytes = [type, 0] + TioBytes.u16(payload.count) + payload
      talk.say(bytes)
      talk.wait(Int64(random.next() % 20_000_000))
      for outlet in talk.port.outlets { outlet.flush() }
    }
  }
}
