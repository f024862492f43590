import FluxgateSignal
import Testing

@testable import FluxgateDevice

struct DexcomRecordTests {
  private static let none = Int64.min

  /// The row by column name, as resolved with a clock that is right.
  static func row(_ type: DexcomRecordType, _ revision: UInt8, _ hex: String) -> [String: Int64] {
    let bytes = Hex.bytes(hex)
    guard CRC16.closes(bytes.span.bytes) else { return [:] }
    let record = DexcomRecord(type: type, revision: revision, number: 7, bytes: bytes.span.bytes)
    let moment = DexcomMoment(utc: HostTime(nanoseconds: 5), method: .clockPair)
    let names = type.description(in: .glucose).channels.map(\.name)
    return Dictionary(uniqueKeysWithValues: zip(names, record.row(at: moment)))
  }

  /// Appends the right CRC.
  static func closed(_ hex: String) -> String {
    let check = CRC16.xmodem(Hex.bytes(hex))
    let low = String(check & 0xFF, radix: 16)
    let high = String(check >> 8, radix: 16)
    return hex + (low.count < 2 ? "0" : "") + low + (high.count < 2 ? "0" : "") + high
  }

  @Test(
    arguments: [
      ("02 cf 36 0e d7 7b 36 0e 59 00 15 59 6f", 238_472_962, 89, 5, 1, 0),
      ("22 eb 36 0e f6 97 36 0e 58 00 94 ce b1", 238_480_162, 88, 4, 1, 0),
      ("22 eb 36 0e f7 97 36 0e 58 80 14 bf 83", 238_480_162, 88, 4, 1, 0x8000),
      ("50 75 4d 0c c5 f0 71 0d e0 00 14 9f fe", 206_402_896, 224, 4, 1, 0),
    ] as [(String, Int64, Int64, Int64, Int64, Int64)])
  func `glucose vectors`(
    _ hex: String, _ system: Int64, _ glucose: Int64, _ trend: Int64, _ noise: Int64,
    _ flags: Int64
  ) {
    let row = Self.row(.egv, 2, hex)
    #expect(row["record_number"] == 7)
    #expect(row["system_seconds"] == system)
    #expect(row["glucose"] == glucose)
    #expect(row["glucose_state"] == 0)
    #expect(row["special_code"] == Self.none)
    #expect(row["trend"] == trend)
    #expect(row["noise"] == noise)
    #expect(row["flags"] == flags)
    #expect(row["reading_seconds"] == Self.none)
    #expect(row["utc_ns"] == 5)
  }

  @Test func `epoch vectors`() {
    #expect(DexcomFixture.seconds("2009-08-09T22:25:43") == 0x0123_4567)
    #expect(DexcomFixture.seconds("2011-02-19T00:06:25") == 0x0403_0201)
    #expect(DexcomFixture.seconds("2016-07-20T15:25:40") == 0x0E33_9074)
  }

  @Test func `codes, LOW and HIGH are never given as glucose`() {
    for flags: UInt16 in [0, 0x8000, 0xE000] {
      for bits: UInt16 in 0...1023 {
        let found = DexcomGlucose(word: bits | flags)
        let isNumber = (40...400).contains(bits)
        #expect(found.glucose == (isNumber ? Int64(bits) : Self.none))
        #expect((found.state == .special) == (bits < 20))
        #expect(found.specialCode == (bits < 20 ? Int64(bits) : Self.none))
        #expect((found.state == .belowRange) == (20..<40).contains(bits))
        #expect((found.state == .aboveRange) == (bits > 400))
        #expect(found.flags == Int64(flags))
      }
    }
  }

  @Test func `a sensor record`() {
    let row = Self.row(
      .sensor, 1, "50 75 4d 0c c4 f0 71 0d a0 47 03 00 a0 62 03 00 b0 00 b4 32")
    #expect(row["unfiltered"] == 214_944)
    #expect(row["filtered"] == 221_856)
    #expect(row["rssi"] == -80)
  }

  @Test func `a meter record`() {
    let row = Self.row(.meter, 1, "49 f5 d0 08 ff 92 d0 08 87 00 2b f5 d0 08 32 86")
    #expect(row["glucose"] == 135)
    #expect(row["meter_seconds"] == 0x08D0_F52B)
    #expect(row["entry_type"] == Self.none)
  }

  @Test func `insertion records, with and without a time`() {
    let removed = Self.row(.insertion, 1, "ca 32 59 08 39 d0 58 08 ff ff ff ff 01 60 a9")
    #expect(removed["insertion_seconds"] == Self.none)
    #expect(removed["state"] == 1)
    let started = Self.row(.insertion, 1, "f4 33 59 08 63 d1 58 08 f4 33 59 08 07 51 44")
    #expect(started["insertion_seconds"] == 0x0859_33F4)
    #expect(started["state"] == 7)
  }

  @Test func `user events`() {
    let insulin = Self.row(
      .userEvent, 1, "db b8 d4 08 91 56 d4 08 02 00 54 56 d4 08 5e 01 00 00 e9 9d")
    #expect(insulin["event_type"] == 2)
    #expect(insulin["value"] == 350)
    let carbs = Self.row(
      .userEvent, 1, "0d ba d4 08 c3 57 d4 08 01 00 bc 57 d4 08 0a 00 00 00 e8 e3")
    #expect(carbs["event_type"] == 1)
    #expect(carbs["value"] == 10)
    #expect(carbs["event_seconds"] == 0x08D4_57BC)
  }

  @Test func `later revisions give what they have more`() {
    let g5 = Self.row(
      .egv, 4, Self.closed("01000000 02000000 5a40 03000000 04000000 fe 14 06"))
    #expect(g5["glucose"] == 90)
    #expect(g5["flags"] == 0x4000)
    #expect(g5["reading_seconds"] == 3)
    #expect(g5["transmitter_seconds"] == 4)
    #expect(g5["filtered_rate"] == -2)
    #expect(g5["algorithm_state"] == 6)
    #expect(g5["predicted_word"] == Self.none)
    let touch = Self.row(
      .egv, 5, Self.closed("01000000 02000000 5a20 03000000 04000000 fe 14 06 0d00"))
    #expect(touch["predicted_word"] == 13)
    #expect(touch["flags"] == 0x2000)
    #expect(touch["predicted_glucose"] == Self.none)
    #expect(touch["urgent_low_soon"] == Self.none)
  }

  @Test(arguments: [
    ("5a80", 90, 0, 1), ("5a00", 90, 0, 0), ("1e00", Int64.min, 1, 0), ("c201", Int64.min, 2, 0),
    ("0500", Int64.min, 3, 0),
  ])
  func `predictions`(_ word: String, _ glucose: Int64, _ state: Int64, _ soon: Int64) {
    for type in [DexcomRecordType.egv, .backfilled] {
      let row = Self.row(
        type, 5, Self.closed("01000000 02000000 5a00 03000000 04000000 fe 14 06 " + word))
      #expect(row["predicted_glucose"] == glucose)
      #expect(row["predicted_state"] == state)
      #expect(row["urgent_low_soon"] == soon)
    }
  }

  @Test func `the G5 touchscreen's word predicts nothing`() {
    let bytes = Hex.bytes(
      Self.closed("01000000 02000000 5a00 03000000 04000000 fe 14 06 5a80"))
    var record = DexcomRecord(type: .egv, revision: 5, number: 1, bytes: bytes.span.bytes)
    record.predicts = false
    let moment = DexcomMoment(utc: HostTime(nanoseconds: 5), method: .clockPair)
    let names = DexcomRecordType.egv.description(in: .glucose).channels.map(\.name)
    let row = Dictionary(uniqueKeysWithValues: zip(names, record.row(at: moment)))
    #expect(row["predicted_word"] == 0x805A)
    #expect(row["predicted_glucose"] == Self.none)
  }

  @Test func `transmitter names`() {
    #expect(DexcomStates.transmitterName(6 << 20) == "not paired")
    // "6H1WT" by hand: 6, 17, 1, 29, 27 in five bits each.
    #expect(DexcomStates.transmitterName(6 << 20 | 17 << 15 | 1 << 10 | 29 << 5 | 27) == "6H1WT")
  }

  @Test
  func `a clock change is seen between two settings, and a span without glucose has a length`() {
    var states = DexcomStates()
    let now = HostTime(nanoseconds: 1)
    #expect(states.setting(displayOffset: 10, transmitter: 5, flags: 0, at: now).count == 1)
    #expect(states.setting(displayOffset: 10, transmitter: 5, flags: 0, at: now).isEmpty)
    let changed = states.setting(displayOffset: 3610, transmitter: 5, flags: 0x200, at: now)
    #expect(changed.map(\.label) == ["display clock changed seconds", "receiver lost its time"])
    #expect(changed.first?.value == .integer(3600))
    #expect(states.glucose(nil, at: now).isEmpty)
    #expect(states.glucose(5, at: now).map(\.label) == ["no glucose: sensor not calibrated"])
    #expect(states.glucose(5, at: now).isEmpty)
    #expect(states.glucose(3, at: now).map(\.duration) == [2, 0])
    #expect(states.glucose(nil, at: now).map(\.duration) == [1])
  }

  @Test func `a backfilled reading is as old as the transmitter says`() {
    var clock = DexcomClock()
    clock.observe(systemSeconds: 1000, at: HostTime(nanoseconds: .seconds(5000)))
    let live = Hex.bytes(Self.closed("e8030000 00000000 5a00 dc030000 00000000 00 14 06 0000"))
    let late = Hex.bytes(Self.closed("ea030000 00000000 5a20 b0020000 00000000 00 14 06 0000"))
    let first = clock.moment(
      of: DexcomRecord(type: .egv, revision: 5, number: 1, bytes: live.span.bytes))
    #expect(first.utc.nanoseconds == .seconds(5000))
    let second = clock.moment(
      of: DexcomRecord(type: .egv, revision: 5, number: 2, bytes: late.span.bytes))
    #expect(second.method == .backfill)
    #expect(second.utc.nanoseconds == .seconds(5000 - 300))
  }

  @Test func `a backfilled reading with nothing to reckon from has the time it was written`() {
    var clock = DexcomClock()
    clock.observe(systemSeconds: 1000, at: HostTime(nanoseconds: .seconds(5000)))
    let late = Hex.bytes(Self.closed("ea030000 00000000 5a00 b0020000 00000000 00 14 06 0000"))
    let moment = clock.moment(
      of: DexcomRecord(type: .backfilled, revision: 5, number: 2, bytes: late.span.bytes))
    #expect(moment.method == .written)
    #expect(moment.utc.nanoseconds == .seconds(5002))
  }

  @Test func `no clock is so wrong that its moments cannot be told`() {
    var clock = DexcomClock()
    clock.observe(systemSeconds: -2_147_483_648, at: HostTime(nanoseconds: .seconds(1_780_000_000)))
    #expect(clock.utc(8_589_934_590).nanoseconds == .seconds(9_000_000_000))
    #expect(clock.utc(0).nanoseconds == .seconds(1_780_000_000 + 2_147_483_648))
  }

  @Test func `the least late answer sets the clocks against each other`() {
    var clock = DexcomClock()
    clock.observe(systemSeconds: 100, at: HostTime(nanoseconds: .seconds(501)))
    clock.observe(systemSeconds: 101, at: HostTime(nanoseconds: .seconds(501)))
    #expect(clock.offset == 400)
    clock.observe(systemSeconds: 200, at: HostTime(nanoseconds: .seconds(601)))
    #expect(clock.offset == 400)
    clock.observe(systemSeconds: 300, at: HostTime(nanoseconds: .seconds(702)))
    #expect(clock.offset == 402)
  }
}
