import Testing

@testable import FluxgateDevice

struct LibreTextTests {
  private func judge(_ text: String) -> LibreAnswer.Verdict {
    var answer = LibreAnswer()
    var verdict = LibreAnswer.Verdict.incomplete
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      verdict = answer.add(Array(rest.prefix(62)))
      rest = rest.dropFirst(62)
    }
    return verdict
  }

  /// Vectors of Tidepool's tests (BSD-2-Clause), as the facts page restates them.
  @Test func `checksums of the vectors`() {
    #expect(judge("2.1.2\r\nCKSM:00000108\r\nCMD OK\r\n") == .good(Array("2.1.2\r\n".utf8)))
    let record = "DB Record Number = 226988\r\n"
    #expect(judge("\(record)CKSM:00000765\r\nCMD OK\r\n") == .good(Array(record.utf8)))
    #expect(judge("2.1.2\r\nCKSM:00000111\r\nCMD OK\r\n") == .damaged)
    #expect(judge("2.1.2\r\nCKSM:108\r\nCMD OK\r\n") == .damaged)
    #expect(judge("CKSM:00000000\r\nCMD Fail!\r\n") == .failed)
    #expect(judge("2.1.2\r\nCKSM:000001") == .incomplete)
    #expect(LibreText.lastNumber(Array(record.utf8)) == 226_988)
    #expect(LibreText.lastNumber(Array("DBRECORDS = 7\r\n".utf8)) == 7)
  }

  @Test func `the report of a command`() {
    let report = LibreCommand.serial.report
    #expect(report.count == 64)
    #expect(report.prefix(7).elementsEqual([0x21, 0x04, 0x24, 0x73, 0x6E, 0x3F, 0x00]))
  }

  /// Read-only: nothing that sets, erases or restarts can be built.
  @Test func `no command changes a reader`() {
    for command in LibreCommand.allCases {
      #expect(command.rawValue.hasSuffix("?") && !command.rawValue.contains(","))
      #expect(!["$resetpatient", "$swreset"].contains { command.rawValue.hasPrefix($0) })
    }
  }

  @Test func `tables count their lines`() {
    let body = "1,12,a\r\n2,12,b\r\n"
    let sum = Array(body.utf8).reduce(0) { $0 + Int($1) }
    let hex = String(sum, radix: 16, uppercase: true)
    let check = String(repeating: "0", count: 8 - hex.count) + hex
    let good = LibreText.records(Array("\(body)2,\(check)\r\n".utf8))
    #expect(good == [Array("1,12,a".utf8), Array("2,12,b".utf8)])
    #expect(LibreText.records(Array("\(body)3,\(check)\r\n".utf8)) == nil)
    #expect(LibreText.records(Array("\(body)2,00000001\r\n".utf8)) == nil)
    #expect(LibreText.records(Array("1,12,a\r\n2,\(check)\r\n".utf8)) == nil)
    #expect(LibreText.records(Array("Log Empty\r\n".utf8)) == [])
    #expect(LibreText.records([]) == nil)
  }

  @Test func `lines of every kind`() throws {
    let reading = LibreLineReader(Array("37028,12,9,10,15,3,53,19,1,0,0,0,0,75,8160,0".utf8)).line
    #expect(reading?.number == 37_028)
    // 2015-09-10 03:53:19
    #expect(reading?.wallClock == 1_441_857_199)
    #expect(
      reading?.record
        == .history(
          LibreReading(
            glucose: 75, state: .measured, sensorMinutes: 8160, isFirst: false, errors: 0)))
    let change = LibreLineReader(Array("5,5,1,2,20,13,0,0,0,1,2,20,12,0,0".utf8)).line
    #expect(change?.record == .clockChange(new: 1_577_970_000, old: 1_577_966_400))
    let head = "9,2,1,2,20,13,0,0,1,0,0,0,101,0,0,0,0,1,1,0,0,0,0,25,0,1,33,0,0"
    let comments = "\"a, b\",\"\",\"\",\"\",\"\",\"\""
    let result = try #require(
      LibreLineReader(Array("\(head),\(comments),7,1,2,20,13,0,0,0,9".utf8)).line)
    guard case .result(let found) = result.record else {
      Issue.record("\(result)")
      return
    }
    #expect(found.value == 101 && found.state == .measured && found.kind == 0)
    #expect(found.rapidInsulin == 9 && found.longInsulin == 25 && found.carbohydrate == 33)
    // A reader that leaves columns out before the block.
    let short = try #require(LibreLineReader(Array("\(head),x,7,1,2,20,13,0,0,0,11".utf8)).line)
    guard case .result(let other) = short.record else { return }
    #expect(other.rapidInsulin == LibreStreams.missing || other.rapidInsulin == 11)
  }

  @Test func `special values are no measurements`() {
    func state(_ glucose: Int, _ errors: Int) -> [Int64] {
      LibreLineReader(Array("1,12,1,1,20,0,0,0,1,0,0,0,0,\(glucose),5,\(errors)".utf8)).line?
        .columns
        ?? []
    }
    #expect(state(40, 0).prefix(2) == [LibreStreams.missing, 1])
    #expect(state(500, 0).prefix(2) == [LibreStreams.missing, 2])
    #expect(state(120, 0x8000).prefix(2) == [LibreStreams.missing, 3])
    #expect(state(120, 0x0100).prefix(2) == [120, 0])
  }

  @Test func `dates that there are not are no lines`() {
    for date in ["2,30,20", "13,1,20", "0,1,20", "2,29,21"] {
      #expect(LibreLineReader(Array("1,12,\(date),0,0,0,1,0,0,0,0,90,5,0".utf8)).line == nil)
    }
    #expect(LibreLineReader(Array("1,12,2,29,20,0,0,0,1,0,0,0,0,90,5,0".utf8)).line != nil)
  }

  @Test func `numbers of 16 bits go on where they come round`() {
    var numbers = LibreNumbers(recordNumber: 196_618)
    #expect(
      [9, 3, 0, 65_535, 65_000].map { numbers.next($0) } == [
        196_617, 196_611, 196_608, 196_607, 196_072,
      ])
  }

  @Test func `any text is an answer or none`() {
    for seed in 1...40 as ClosedRange<UInt64> {
      var random = SeededBytes(seed: seed)
      let alphabet = Array("0123456789,,,\"\r\nCKSM:CMD OK".utf8)
      let text = (0..<3000).map { _ in alphabet[Int(random.next()) % alphabet.count] }
      _ = LibreText.records(text)
      _ = LibreText.numbers(text)
      for line in text.split(separator: 10) { _ = LibreLineReader(Array(line)).line }
      var answer = LibreAnswer()
      _ = answer.add(text)
    }
  }
}
