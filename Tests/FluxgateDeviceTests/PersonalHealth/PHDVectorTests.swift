import FluxgateSignal
import Testing

@testable import FluxgateDevice

/// The published bytes of the protocol, and numbers at the edges of what it can say.
struct PHDVectorTests {
  static let associationRequest = """
    e2 00 00 32 80 00 00 00 00 01 00 2a 50 79 00 26 80 00 00 00 a0 00 80 00 00 00 00 00 00 00 00 80
    00 00 00 08 88 77 66 55 44 33 22 11 40 00 00 81 01 01 00 00 00 00
    """
  static let fixedReport = """
    e7 00 00 3a 00 38 43 21 01 01 00 32 00 00 00 00 00 00 0d 1d 00 28 f0 00 00 00 00 02 00 20
    00 01 00 0c ff 00 02 70 20 07 02 01 12 10 00 00 00 02 00 0c ff 00 01 00 20 07 02 01 12 10 00 00
    """

  private func float(_ hex: String) -> PHDNumber {
    let bytes = Hex.bytes(hex)
    var reader = PHDReader(bytes.span.bytes)
    return bytes.count == 4 ? .float(reader.u32()) : .sfloat(reader.u16())
  }

  @Test(
    arguments: [
      ("006e", 110, 0, 110_000_000), ("f2f5", 757, -1, 75_700_000), ("0072", 114, 0, 114_000_000),
      ("ff000270", 624, -1, 62_400_000), ("ff000100", 256, -1, 25_600_000),
      ("ff800003", -8_388_605, -1, -838_860_500_000), ("0f9c", -100, 0, -100_000_000),
      ("00000000", 0, 0, 0),
    ] as [(String, Int64, Int64, Int64)])
  func `decimal numbers`(_ hex: String, _ mantissa: Int64, _ exponent: Int64, _ millionths: Int64) {
    let number = float(hex)
    #expect(number == PHDNumber(state: .value, mantissa: mantissa, exponent: exponent))
    #expect(number.millionths == millionths)
  }

  @Test(
    arguments: [
      ("07fe", .aboveRange), ("07ff", .notANumber), ("0800", .notAtThisResolution),
      ("0801", .reserved), ("0802", .belowRange), ("007ffffe", .aboveRange),
      ("007fffff", .notANumber), ("00800000", .notAtThisResolution), ("00800001", .reserved),
      ("00800002", .belowRange),
    ] as [(String, PHDNumber.State)])
  func `marks are never numbers`(_ hex: String, _ state: PHDNumber.State) {
    #expect(float(hex).state == state)
    #expect(float(hex).millionths == nil)
  }

  @Test func `numbers too great for a column are none`() {
    #expect(float("7f000001").millionths == nil)
    #expect(float("7f000000").millionths == 0)
    #expect(float("80000001").millionths == 0)
    #expect(float("f9000005").millionths == 1)
    #expect(float("f9fffffb").millionths == -1)
  }

  @Test func `an association request is understood`() {
    let bytes = Hex.bytes(Self.associationRequest)
    var framer = PHDFramer(expectation: PHDExpectation())
    let verdict = framer.judge(bytes.span.bytes)
    #expect(verdict == .frame(byteCount: bytes.count))
    var reader = PHDReader(bytes.span.bytes.extracting(4..<bytes.count))
    let offer = PHDOffer(&reader)
    #expect(offer.result == .acceptedUnknownConfiguration)
    #expect(offer.systemID == "8877665544332211")
    #expect(offer.configuration == 0x4000)
  }

  @Test(arguments: [
    (4, "00", PHDMessage.AssociationResult.unsupportedVersion), (12, "51", .noCommonProtocol),
    (16, "00", .unsupportedVersion), (20, "20", .noCommonParameter), (15, "ff", .rejectedPermanent),
  ])
  func `an offer that cannot be met is declined`(
    _ place: Int, _ byte: String, _ result: PHDMessage.AssociationResult
  ) {
    var bytes = Hex.bytes(Self.associationRequest)
    bytes[place] = Hex.bytes(byte)[0]
    var reader = PHDReader(bytes.span.bytes.extracting(4..<bytes.count))
    let offer = PHDOffer(&reader)
    #expect(offer.result == result)
  }

  @Test func `messages are the published ones`() {
    var answer = Hex.bytes(
      """
      e3 00 00 2c 00 03 50 79 00 26 80 00 00 00 80 00 80 00 00 00 00 00 00 00 80 00 00 00 00 08
      11 22 33 44 55 66 77 88 00 00 00 00 00 00 00 00 00 00
      """)
    answer.replaceSubrange(30..<38, with: PHDMessage.systemID)
    #expect(PHDMessage.associated(.acceptedUnknownConfiguration).bytes == answer)
    #expect(PHDMessage.release.bytes == Hex.bytes("e4 00 00 02 00 00"))
    #expect(PHDMessage.released.bytes == Hex.bytes("e5 00 00 02 00 00"))
    let accepted = PHDMessage.configurationAnswer(invoke: 0x4321, report: 0x4000, isAccepted: true)
    #expect(
      accepted.bytes
        == Hex.bytes(
          "e7 00 00 16 00 14 43 21 02 01 00 0e 00 00 00 00 00 00 0d 1c 00 04 40 00 00 00"))
  }

  @Test func `the published report gives its two values`() {
    let bytes = Hex.bytes(Self.fixedReport)
    var framer = PHDFramer(expectation: PHDExpectation())
    let verdict = framer.judge(bytes.span.bytes)
    #expect(verdict == .frame(byteCount: bytes.count))
    var configuration = PHDConfiguration()
    for handle: UInt16 in 1...2 {
      configuration.objects[handle] = PHDObject(
        handle: handle, metric: PHDMetric.glucose.min() ?? 0, unit: 2130,
        valueMap: [
          PHDValue(attribute: 2646, byteCount: 4), PHDValue(attribute: 2448, byteCount: 8),
        ])
    }
    var info = PHDReader(bytes.span.bytes.extracting(26..<bytes.count))
    let scan = PHDScan(PHDType.fixedReport, &info, configuration)
    let isWhole1 = info.isWhole
    #expect(isWhole1)
    let rows = scan.observations.map {
      $0.row(record: 0, report: 0, PHDClock(), arrival: HostTime(nanoseconds: 9))
    }
    #expect(rows.map { $0[10] } == [62_400_000, 25_600_000])
    // 2007-02-01 12:10:00 on a clock without a zone, and no way to UTC but the arrival.
    #expect(rows.map { $0[12] } == [1_170_331_800_000, 1_170_331_800_000])
    #expect(rows.map { [$0[14], $0[15]] } == [[9, 3], [9, 3]])
  }

  @Test func `reports with person ids`() {
    let values = "ff000270 2007020112100000"
    let fixed = Hex.bytes("f000 0007 0001 0016 0009 0001 0010 0001 000c " + values)
    let object = PHDObject(
      handle: 1,
      valueMap: [PHDValue(attribute: 2646, byteCount: 4), PHDValue(attribute: 2448, byteCount: 8)])
    var configuration = PHDConfiguration()
    configuration.objects[1] = object
    var reader = PHDReader(fixed.span.bytes)
    _ = reader.u32()
    let scan = PHDScan(PHDType.personFixedReport, &reader, configuration)
    let isWhole2 = reader.isWhole
    #expect(isWhole2)
    #expect(scan.observations.map(\.person) == [9])
    #expect(scan.observations.map(\.number.mantissa) == [624])
    let variable = Hex.bytes("f000 0007 0001 0014 0009 0001 000e 0001 0001 0008 0a56 0004 ff000270")
    reader = PHDReader(variable.span.bytes)
    _ = reader.u32()
    let other = PHDScan(PHDType.personVariableReport, &reader, configuration)
    let isWhole3 = reader.isWhole
    #expect(isWhole3)
    #expect(other.observations.map(\.number.mantissa) == [624])
  }

  @Test func `times that are none are not made up`() {
    for hex in [
      "2007130112100000", "20070201121000a0", "2007020124000000", "0007020112100000",
      "2200010100000000",
    ] {
      let bytes = Hex.bytes(hex)
      var reader = PHDReader(bytes.span.bytes)
      let time = PHDTime.absolute(&reader)
      #expect(time == nil)
    }
    // 2026-11-21 00:00:00.5 UTC, one hour east.
    let bytes = Hex.bytes("ee ac bb 80 80 00 00 3c")
    var reader = PHDReader(bytes.span.bytes)
    let time = PHDTime.baseOffset(&reader)
    #expect(time?.zoneMinutes == 60)
    guard case .baseOffset(let nanoseconds, _)? = time else {
      Issue.record("no time")
      return
    }
    #expect(nanoseconds == (0xEEAC_BB80 - 2_208_988_800) * 1_000_000_000 + 500_000_000)
    #expect(time?.wallMilliseconds == nanoseconds / 1_000_000 + 3_600_000)
  }

  @Test(arguments: [
    ("2000022923595999", 951_868_799_990), ("1970010100000000", 0),
    ("2026112111063200", 1_795_259_192_000),
  ])
  func `calendar days`(_ hex: String, _ milliseconds: Int64) {
    let bytes = Hex.bytes(hex)
    var reader = PHDReader(bytes.span.bytes)
    let time = PHDTime.absolute(&reader)
    #expect(time == .wall(milliseconds: milliseconds))
  }
}
