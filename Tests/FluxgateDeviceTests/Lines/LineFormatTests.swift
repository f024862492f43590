import FluxgateSignal
import Testing

@testable import FluxgateDevice

struct LineFormatTests {
  private static let sound = ProfileReaderTests.sound.replacing(
    "driver: twinleaf", with: "driver: lines\nrate: 100")
  private static let lines = """
    lines:
      samples:
        stream: field
        mark: "!"
        pattern: '^!(?<field>[0-9]+)(?<mark>[ab])(?<n>[0-9]{2})$'
        columns:
          - { name: field, kind: mag, unit: T, scale: 1.0e-12 }

    """

  private static func fault(_ text: String) -> ProfileError? {
    do throws(ProfileError) {
      _ = try ProfileReader.read(text: sound + text, file: "p.yaml")
      return nil
    } catch {
      return error
    }
  }

  private static func changed(_ old: String, _ new: String) -> ProfileError? {
    precondition(lines.contains(old))
    return fault(lines.replacing(old, with: new))
  }

  @Test func `the shortest section is read`() throws {
    let profile = try ProfileReader.read(text: Self.sound + Self.lines, file: "p.yaml")
    let lines = try #require(profile.lines)
    #expect(lines.end == 0x0A && lines.skipsFirst && lines.longest == 256)
    #expect(lines.samples.columns.count == 1 && !lines.samples.hasValidity)
  }

  @Test func `a fault is named at its place`() throws {
    let missing = try #require(Self.changed("name: field", "name: feild"))
    #expect(missing.message == "no capture is called `feild`")
    #expect(missing.hint == "Did you mean `field`?")
    #expect((missing.line, missing.column) == (17, 17))
    #expect(Self.changed("\"!\"", "\"!!\"")?.message == "the mark is one byte")
    #expect(Self.changed("1.0e-12", "0")?.message == "the scale is 0")
    #expect(Self.changed("kind: mag", "knd: mag")?.message == "`knd` is not known here")
    #expect(Self.changed("stream: field", "stream: Field!") != nil)
    #expect(
      Self.changed("columns:", "type: int16\n    columns:")?.message
        == "there is no type `int16` here")
    #expect(
      Self.changed("unit: T", "form: digit")?.message == "there is no form `digit`")
    #expect(
      Self.changed("columns:", "counter: { capture: n, modulus: 100, step: 3 }\n    columns:")?
        .message
        == "the modulus is no multiple of the step")
    #expect(
      Self.changed("columns:", "counter: { capture: m, modulus: 100 }\n    columns:")?.message
        == "no capture is called `m`")
    #expect(
      Self.changed("name: field, kind", "name: valid, capture: field, kind")?.message
        == "two columns have one name")
    #expect(
      Self.fault(Self.lines + "  states: [{ name: s, pattern: '^a' }]\n")?.message
        == "no capture is called `value`")
    #expect(Self.fault(Self.lines + "  longest: 5000\n")?.message == "the number is out of range")
    #expect(Self.fault("")?.message == "`lines` is missing")
  }

  @Test func `the section belongs to its driver, and needs a rate`() throws {
    let other = ProfileReaderTests.sound + Self.lines
    #expect(throws: ProfileError.self) { try ProfileReader.read(text: other, file: "p.yaml") }
    let timeless = Self.sound.replacing("rate: 100\n", with: "") + Self.lines
    #expect(throws: ProfileError.self) { try ProfileReader.read(text: timeless, file: "p.yaml") }
  }

  @Test func `lines are cut and cleaned alike wherever they stand`() {
    var framer = LineFramer(end: 0x0A, longest: 8)
    let line = Array("ab\r\ncd".utf8)
    #expect(framer.judge(line.span.bytes) == .frame(byteCount: 4))
    let open = Array("abcdefg".utf8)
    #expect(framer.judge(open.span.bytes) == .needMore(atLeast: 8))
    let long = Array("abcdefghi\n".utf8)
    #expect(framer.judge(long.span.bytes) == .skip(byteCount: 8, .tooLong))
  }

  @Test func `codes keep what the text said, to the last digit`() throws {
    let text = Self.lines.replacing(
      "(?<field>[0-9]+)", with: "(?<field>[0-9.]+)"
    ).replacing("scale: 1.0e-12", with: "decimals: 3, valid: { capture: mark, is: a }")
    let profile = try ProfileReader.read(text: Self.sound + text, file: "p.yaml")
    var reader = SampleLineReader(try #require(profile.lines).samples)
    func row(_ line: String) -> [Int32]? {
      let bytes = Array(line.utf8)
      guard reader.read(bytes.span.bytes) else { return nil }
      let row = reader.row
      return [0, 4].map { Int32(bitPattern: row.span.bytes.u32(at: $0) ?? 0) }
    }
    #expect(row("!52926.706a01") == [52_926_706, 1])
    #expect(row("!52926.7a01") == [52_926_700, 1])
    #expect(row("!52926.7b01") == [.min, 0])
    // Finer than the column, too large for it, and no number.
    #expect(row("!1.0001a01") == nil)
    #expect(row("!2147483.648a01") == nil)
    #expect(row("!1..0a01") == nil)
  }

  @Test func `random bytes never crash and keep nothing`() throws {
    for name in ["quspin-qzfm", "quspin-qtfm", "quspin-qtfm2"] {
      let profile = try FrameProfiles.named(name)
      let port = DevicePort(board: DeviceBoard(name: name))
      let driver = DriverTable.make(profile, DriverSetup(category: .context))
      var frames = FrameBuffer(framer: driver.framer)
      var random = SystemSeeded(seed: 11)
      var now = HostTime(nanoseconds: 0)
      driver.decoder.linkOpened(at: now, port: port)
      let likely = Array("!|~#@>0123456789.\r\n_*Y=sv".utf8)
      for _ in 0..<2000 {
        let bytes = (0..<random.below(80)).map { _ in
          random.below(10) == 0 ? UInt8(random.below(256)) : likely[random.below(likely.count)]
        }
        now = now.advanced(by: Int64(random.below(20_000_000)))
        while let due = driver.decoder.nextWake, due <= now {
          driver.decoder.wake(at: due, port: port)
        }
        frames.feed(
          bytes, count: bytes.count,
          frame: { driver.decoder.decode($0, at: now, port: port) },
          skip: { driver.decoder.skipped($0, $1, at: now, port: port) })
        _ = port.takeOutbox()
      }
      driver.decoder.farewell(at: now, port: port)
      #expect(port.board.labels.count <= 4096)
    }
  }
}
