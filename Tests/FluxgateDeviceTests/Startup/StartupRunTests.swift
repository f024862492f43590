import FluxgateSignal
import Testing

@testable import FluxgateDevice

/// A start-up script with a device that a test speaks for.
private final class Rehearsal {
  let port = DevicePort(board: DeviceBoard(name: "rehearsal"))
  let run: StartupRun
  var now = HostTime(nanoseconds: 0)

  init(_ script: StartupScript) {
    run = StartupRun(script)
    run.begin(at: now, port: port)
  }

  /// What the run has sent since the last call.
  var sent: [String] { port.takeOutbox().map { String(decoding: $0, as: UTF8.self) } }

  func hear(_ line: String, after milliseconds: Int64 = 0) {
    now = now.advanced(by: .milliseconds(milliseconds))
    let bytes = Array(line.utf8)
    run.take(bytes.span.bytes, at: now, port: port)
  }

  func sleep() {
    guard let due = run.nextWake else { return }
    now = due
    run.wake(at: due, port: port)
  }
}

struct StartupRunTests {
  private static func expect(
    _ pattern: String, refuseIf: String? = nil
  ) throws -> StartupStep {
    .expect(
      ExpectStep(
        pattern: try BoundedPattern(pattern), within: .seconds(2),
        refuseIf: try refuseIf.map(BoundedPattern.init), otherwise: "the cell stayed cold"))
  }

  @Test func `it sends, waits for lines, keeps captures and ends`() throws {
    let script = StartupScript(steps: [
      .send([0x3E]), try Self.expect("^\\|(?<lock>2)1"), .wait(.milliseconds(100)), .send([0x37]),
    ])
    let run = Rehearsal(script)
    #expect(run.sent == [">"])
    run.hear("|20")
    #expect(run.sent.isEmpty)
    run.hear("|21")
    #expect(run.run.captures == ["lock": "2"])
    #expect(!run.run.isDone)
    #expect(run.run.nextWake == HostTime(nanoseconds: .milliseconds(100)))
    run.hear("|21")
    run.sleep()
    #expect(run.sent == ["7"])
    #expect(run.run.isDone && run.run.nextWake == nil)
    #expect(script.longest == .milliseconds(2100))
  }

  @Test func `no answer and a refusing answer both fail in the script's words`() throws {
    let late = Rehearsal(StartupScript(steps: [try Self.expect("^ok")]))
    late.hear("no")
    late.sleep()
    #expect(late.run.failure == "the cell stayed cold")
    #expect(late.now == HostTime(nanoseconds: .seconds(2)))
    late.hear("ok")
    #expect(!late.run.isDone && late.run.nextWake == nil)
    let refused = Rehearsal(StartupScript(steps: [try Self.expect("^ok", refuseIf: "^#.*fail")]))
    refused.hear("#laser fail")
    #expect(refused.run.failure == "the cell stayed cold")
    refused.run.begin(at: refused.now, port: refused.port)
    refused.hear("ok")
    #expect(refused.run.isDone && refused.run.failure == nil)
  }

  @Test func `a value settles only after so many small changes of every value`() throws {
    let patterns = try ["^~07(?<value>.*)$", "^~08(?<value>.*)$"].map(BoundedPattern.init)
    let settle = SettleStep(
      patterns: patterns, below: 100, times: 2, within: .seconds(60), otherwise: "no field zero")
    let run = Rehearsal(StartupScript(steps: [.settle(settle)]))
    // 50 in 0.1 s is 500 a second; 5 in 0.1 s is 50 a second.
    for (bz, by) in [(0, 0), (50, 5), (55, 10)] {
      run.hear("~07\(bz)", after: 50)
      run.hear("~08\(by)", after: 50)
    }
    #expect(!run.run.isDone)
    run.hear("~07x", after: 50)
    run.hear("~0756", after: 0)
    #expect(run.run.isDone)
    let never = Rehearsal(StartupScript(steps: [.settle(settle)]))
    never.hear("~071", after: 10)
    never.sleep()
    #expect(never.run.failure == "no field zero")
  }

  @Test func `captures are bounded and printable`() throws {
    let run = Rehearsal(StartupScript(steps: [try Self.expect("(?<all>.*)")]))
    run.hear("\u{1B}[2J" + String(repeating: "a", count: 500))
    #expect(run.run.captures["all"]?.count == 63)
  }

  @Test func `replies are cut alike however the reads are cut`() {
    let bytes = Array("OpenBCI\r\nready$$$more$$ $$$rest".utf8)
    func cut(_ most: Int) -> [String] {
      var cutter = ReplyCutter(end: Array("$$$".utf8))
      var replies: [String] = []
      for start in stride(from: 0, to: bytes.count, by: most) {
        let part = Array(bytes[start..<min(start + most, bytes.count)])
        cutter.take(part.span.bytes) { reply in
          let text = reply.byteOffsets.compactMap { reply.u8(at: $0) }
          replies.append(String(decoding: text, as: UTF8.self))
        }
      }
      return replies
    }
    for most in [1, 2, 3, 7, 100] { #expect(cut(most) == ["OpenBCI\r\nready", "more$$ "]) }
  }

  @Test func `an endless reply is bounded`() {
    var cutter = ReplyCutter(end: [0x0A])
    var longest = 0
    let noise = [UInt8](repeating: 0x61, count: 100_000) + [0x0A]
    cutter.take(noise.span.bytes) { longest = max(longest, $0.byteCount) }
    #expect(longest > 0 && longest <= ReplyCutter.longest)
  }

  @Test func `numbers are read digit by digit`() {
    func number(_ text: String) -> Double? {
      let bytes = Array(text.utf8)
      return DecimalText.number(bytes.span.bytes)
    }
    #expect(number("52926.706") == 52926.706)
    #expect(number("-0.5") == -0.5)
    #expect(number("+7") == 7)
    for bad in ["", "-", ".", "1.2.3", "1e5", " 1", "0x1", "1234567890123456789"] {
      #expect(number(bad) == nil)
    }
  }
}
