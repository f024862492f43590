import FluxgateSignal
import FluxgateSimulation
import Testing

@testable import FluxgateDevice

@Suite(.enabled(if: DexcomFixture.isThere, "shared fixtures are not beside the package"))
struct DexcomPageTests {
  @Test func `a recorded page's records are all found`() throws {
    let page = try DexcomFixture.page("4.312")
    let found = DexcomPageHeader(page.span.bytes)
    let header = try #require(found)
    #expect(header.firstRecord == 0x2E50 && header.recordCount == 23)
    #expect(header.type == 4 && header.revision == 2 && header.page == 312)
    var numbers: [UInt32] = []
    let fits = DexcomPage.forEachRecord(of: header, in: page.span.bytes, length: 13) {
      if $1 != nil { numbers.append($0) }
    }
    #expect(fits)
    #expect(numbers == Array(0x2E50..<0x2E50 + 23))
  }

  @Test func `a header with any bit wrong is no header`() throws {
    let page = try DexcomFixture.page("4.312")
    for bit in 0..<28 * 8 {
      var damaged = page
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      let header = DexcomPageHeader(damaged.span.bytes)
      #expect(header == nil)
    }
  }

  @Test func `recorded glucose comes out as its publisher decoded it`() throws {
    let rows = try read(pages: [DexcomFixture.page("4.312")], stream: "egv")
    #expect(rows.count == 23)
    try compareTimes(rows, "4.312")
    for (column, key) in [("glucose", "Glucose"), ("trend", "Trend"), ("noise", "Noise")] {
      let expected = try DexcomFixture.values(of: key, in: "4.312").map { Int64($0) }
      #expect(rows.map { $0[column] } == expected)
    }
    let displayOnly = try DexcomFixture.values(of: "DisplayOnly", in: "4.312")
    #expect(rows.map { $0["flags"] } == displayOnly.map { $0 == "true" ? 0x8000 : 0 })
  }

  @Test func `recorded calibrations come out as their publisher decoded them`() throws {
    let rows = try read(pages: [DexcomFixture.page("5.252")], stream: "calibration")
    #expect(rows.count == 2)
    try compareTimes(rows, "5.252")
    for (column, key) in [
      ("slope", "Slope"), ("intercept", "Intercept"), ("scale", "Scale"), ("decay", "Decay"),
    ] {
      let expected = try DexcomFixture.values(of: key, in: "5.252").map { Double($0) }
      let found = rows.map { $0[column].map { Double(bitPattern: UInt64(bitPattern: $0)) } }
      #expect(found == expected)
    }
    #expect(rows.map { $0["point_count"] } == [2, 2])
  }

  @Test func `the recorded reply's last record is display-only and keeps its time`() throws {
    let reply = try DexcomFixture.reply1416()
    let rows = try read(pages: [Array(reply[4..<532])], stream: "egv")
    #expect(rows.count == 26)
    #expect(rows.first?["record_number"] == 53_808)
    #expect(rows.first?["glucose"] == 89)
    #expect(rows.last?["flags"] == 0x8000)
    #expect(rows.last?["glucose"] == 88)
    #expect(rows.last?["system_seconds"] == rows.dropLast().last?["system_seconds"])
  }

  private func read(pages: [[UInt8]], stream: String) throws -> [[String: Int64]] {
    let bench = DexcomBench(VirtualDexcom(pages: pages), length: .seconds(30))
    try bench.run()
    return bench.named(stream)
  }

  private func compareTimes(_ rows: [[String: Int64]], _ name: String) throws {
    for (column, key) in [("system_seconds", "SystemTime"), ("display_seconds", "DisplayTime")] {
      let expected = try DexcomFixture.values(of: key, in: name).map(DexcomFixture.seconds)
      #expect(rows.map { $0[column] } == expected)
    }
  }
}
