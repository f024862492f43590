import Testing

@testable import FluxgateDevice

struct DexcomCommandTests {
  @Test(arguments: [
    (DexcomCommand.ping, "01 06 00 0a 5e 65"), (.firmwareHeader, "01 06 00 0b 7f 75"),
    (.partitionInfo, "01 06 00 0f fb 35"), (.transmitterID, "01 06 00 19 0c 47"),
    (.language, "01 06 00 1b 4e 67"), (.displayTimeOffset, "01 06 00 1d 88 07"),
    (.realTimeClock, "01 06 00 1f ca 27"), (.systemTime, "01 06 00 22 34 c0"),
    (.systemTimeOffset, "01 06 00 23 15 d0"), (.glucoseUnit, "01 06 00 25 d3 b0"),
    (.pageRange(type: 4), "01 07 00 10 04 8b b8"),
    (.pageHeader(type: 4, page: 0x5B9), "01 0b 00 12 04 b9 05 00 00 18 cc"),
    (.pages(type: 5, first: 0x26, count: 1), "01 0c 00 11 05 26 00 00 00 01 5e c3"),
    (.pages(type: 4, first: 0x5B9, count: 4), "01 0c 00 11 04 b9 05 00 00 04 6d 29"),
  ])
  func `requests are as published`(_ command: DexcomCommand, _ hex: String) {
    #expect(command.packet == Hex.bytes(hex))
  }

  @Test func `no request that changes or erases a receiver can be built`() {
    let forbidden: Set<UInt8> = [26, 28, 30, 32, 36, 38, 40, 42, 45, 46, 47, 60]
    let all: [DexcomCommand] = [
      .ping, .firmwareHeader, .partitionInfo, .pageRange(type: 45),
      .pages(type: 45, first: 45, count: 1), .pageHeader(type: 46, page: 46), .transmitterID,
      .language, .displayTimeOffset, .realTimeClock, .batteryLevel, .systemTime,
      .systemTimeOffset, .glucoseUnit, .blindedMode, .clockMode, .batteryState,
    ]
    for command in all {
      #expect(!forbidden.contains(command.packet[3]))
      // Exhaustive on purpose: a new case must be looked at here.
      switch command {
      case .ping, .firmwareHeader, .partitionInfo, .pageRange, .pages, .pageHeader,
        .transmitterID, .language, .displayTimeOffset, .realTimeClock, .batteryLevel,
        .systemTime, .systemTimeOffset, .glucoseUnit, .blindedMode, .clockMode, .batteryState:
        break
      }
    }
  }

  @Test func `the number of pages asked for is held to one to four`() {
    #expect(DexcomCommand.pages(type: 4, first: 0, count: 0).packet[9] == 1)
    #expect(DexcomCommand.pages(type: 4, first: 0, count: 255).packet[9] == 4)
  }
}
