import FluxgateSignal
import FluxgateSimulation
import Foundation
import Testing

@testable import FluxgateDevice

@Suite struct FieldTripChunkTests {
  private static func number(_ number: Int, _ count: Int = 4) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
  }

  /// Two channels of int16 with these chunks.
  private static func script(_ chunks: [(Int, [UInt8])], code: Int = 6) -> FieldTripScript {
    let extra = chunks.flatMap { number($0.0) + number($0.1.count) + $0.1 }
    let fixed = number(2) + number(0) + number(0) + hex("0000fa43") + number(code)
    let payload = fixed + number(extra.count) + extra
    let script = FieldTripScript()
    let message = hex("0100 0402") + number(payload.count) + payload
    for start in stride(from: 0, to: message.count, by: 10_000) {
      script.hear(Array(message[start..<min(start + 10_000, message.count)]))
    }
    return script
  }

  private static func channels(_ script: FieldTripScript) throws -> [Channel] {
    try #require(script.board.announcement).outlets[0].description.channels
  }

  @Test func `flags name the kinds of channels`() throws {
    let flags = Array("meg_ad_eog".utf8) + [0, 3, 2]
    let script = Self.script([(2, flags)])
    #expect(try Self.channels(script).map(\.kind) == ["eog", "misc"])
    #expect(script.board.labels.all == ["meg_ad_eog", "channel flags"])
  }

  @Test func `flags that are cut short or beyond their words change nothing`() throws {
    for flags in [Array("meg".utf8), Array("meg".utf8) + [0, 1], [0, 7, 0], []] {
      #expect(try Self.channels(Self.script([(2, flags)])).map(\.kind) == ["mag", "mag"])
    }
  }

  @Test func `keys and values become messages up to the empty key`() {
    let pairs = Array("gain\0high\0filter\0on\0\0\0late\0x\0".utf8)
    #expect(Self.script([(4, pairs)]).board.labels.all == ["high", "gain", "on", "filter"])
  }

  @Test func `many pairs are bounded`() {
    let pairs = (0..<5000).flatMap { Array("key\($0)\0value\($0)\0".utf8) }
    #expect(Self.script([(4, pairs)]).board.labels.count == 512)
  }

  @Test func `files are named with size and checksum, unknown chunks passed over by name`() {
    let res4 = Array("123456789".utf8)
    let script = Self.script([(7, res4), (77, []), (5, [0])])
    #expect(
      script.board.labels.all == [
        "9 bytes, CRC-32 cbf43926", "CTF .res4 file", "0 bytes, CRC-32 00000000",
        "unknown chunk 77", "1 bytes, CRC-32 d202ef8d", "NIfTI-1 header",
      ])
  }

  /// A FIF file of two channels and a point, in the order of the machine that made it.
  private static func fif(_ order: FieldTripByteOrder) -> [UInt8] {
    func tag(_ kind: Int32, _ data: [UInt8]) -> [UInt8] {
      order.bytes(kind) + order.bytes(Int32(0)) + order.bytes(Int32(data.count))
        + order.bytes(Int32(0)) + data
    }
    func channel(_ name: String, _ kind: Int32, _ unit: Int32, _ power: Int32) -> [UInt8] {
      let loc = [0.01, 0.02, 0.03, 1, 0, 0, 0, 1, 0, 0, 0, 1] as [Float]
      let head = [1, 1, kind].flatMap { order.bytes($0 as Int32) }
      let factors = [2, 0.5e-3].flatMap { order.bytes(($0 as Float).bitPattern) }
      let places = loc.flatMap { order.bytes($0.bitPattern) }
      let text = Array(name.utf8) + [UInt8](repeating: 0, count: 16 - name.utf8.count)
      return head + factors + order.bytes(Int32(0)) + places + order.bytes(unit)
        + order.bytes(power) + text
    }
    let point =
      [2, 1].flatMap { order.bytes($0 as Int32) }
      + [0.5, 0.25, -1].flatMap { order.bytes(($0 as Float).bitPattern) }
    return tag(100, [UInt8](repeating: 0, count: 20)) + tag(203, channel("MEG 0111", 1, 112, 0))
      + tag(203, channel("EEG 001", 2, 107, -6)) + tag(213, point)
  }

  @Test(arguments: [true, false])
  func `a Neuromag header of either order describes the channels`(isBig: Bool) throws {
    let script = Self.script([(8, Self.fif(isBig ? .big : .little))])
    let channels = try Self.channels(script)
    #expect(channels.map(\.name) == ["MEG 0111", "EEG 001"])
    #expect(channels.map(\.kind) == ["mag", "eeg"])
    #expect(channels.map(\.unit) == ["T", "V"])
    let factor = 2 * Double(Float(0.5e-3))
    #expect(channels[0].scale == factor)
    #expect(abs(channels[1].scale / factor - 1e-6) < 1e-18)
    #expect(channels[0].place?.direction == SIMD3(0, 0, 1))
    #expect(channels[0].place?.frame == "device" && channels[1].place?.frame == "head")
    #expect(channels[1].place?.position.x == Double(Float(0.01)))
  }

  @Test func `calibrated samples and given resolutions keep the server's scale`() throws {
    let calibrated = try Self.channels(Self.script([(8, Self.fif(.little))], code: 9))
    #expect(calibrated.map(\.scale) == [1, 1])
    let resolutions = hex("0000000000000040 000000000000e03f")
    let given = try Self.channels(Self.script([(8, Self.fif(.little)), (3, resolutions)]))
    #expect(given.map(\.scale) == [2, 0.5])
  }

  @Test func `isotrak and HPI files give their points`() {
    let script = Self.script([(9, Self.fif(.big)), (10, Self.fif(.big))])
    let labels = script.board.labels.all
    #expect(labels.contains("isotrak point") && labels.contains("HPI result point"))
    #expect(labels.contains("HPI 1: 0.5 0.25 -1.0 m"))
  }

  @Test func `a damaged FIF file stops where it is damaged`() {
    let file = Self.fif(.big)
    for count in 0...file.count {
      let cut = Array(file[..<count])
      let channels = FifFile.channels(in: cut.span.bytes, most: 10)
      #expect(channels.count <= 2)
    }
    var random = SeededRandom(seed: 5)
    for _ in 0..<2000 {
      var damaged = file
      for _ in 0..<4 {
        damaged[Int(random.next() % UInt64(file.count))] = UInt8(truncatingIfNeeded: random.next())
      }
      let channels = FifFile.channels(in: damaged.span.bytes, most: 10)
      let points = FifFile.points(in: damaged.span.bytes, most: 10)
      #expect(channels.count <= 10 && points.count <= 10)
    }
  }

  static let recorded = try? [UInt8](
    Data(contentsOf: URL(filePath: "\(packageRoot)/../shared/fixtures/meg/ctf_comp_raw.fif")))

  /// The folder that holds Tests, whatever links lead here.
  private static var packageRoot: String {
    #filePath.components(separatedBy: "/Tests/")[0]
  }

  @Test(.enabled(if: recorded != nil, "../shared/fixtures is not here"))
  func `a recorded CTF file's channels are read with their geometry`() throws {
    let file = try #require(Self.recorded)
    let channels = FifFile.channels(in: file.span.bytes, most: 4096)
    #expect(channels.count == 340)
    #expect(channels.prefix(3).map(\.name) == ["UPPT002", "UPPT001", "SCLK01-177"])
    let sensors = channels.filter { $0.kind == "mag" || $0.kind == "ref" }
    #expect(sensors.count > 290)
    for sensor in sensors {
      let direction = try #require(sensor.place?.direction)
      #expect(abs((direction * direction).sum() - 1) < 1e-4, "\(sensor.name)")
      #expect(sensor.unit == "T")
    }
    let points = FifFile.points(in: file.span.bytes, most: 100)
    #expect(points.count == 6)
  }
}
