import FluxgateDevice
import FluxgateSignal
import FluxgateTransport
import Foundation
import Testing

/// A published recording of a real Cyton, rebuilt into frames: the values come out as published.
///
/// Source: OpenBCI_GUI's sample recording (MIT), of which counts are the microvolts divided by those of
/// one count.
@Suite(
  .enabled(if: RecordedCyton.isThere, "../shared/fixtures is not beside the package"))
struct RecordedCytonTests {
  @Test(arguments: [1, 4096]) func `every published value comes out again`(most: Int) throws {
    let lines = try RecordedCyton.lines(most == 1 ? 1500 : 22_000)
    let frames = lines.flatMap(\.frame)
    let (rows, lost, damaged) = try read(frames, most: most)
    #expect(rows.count == lines.count)
    // The recording begins with 0 and its numbers go on without a gap, round after round.
    #expect(lost == RecordedCyton.gaps(lines))
    #expect(damaged == 0)
    var worst = 0.0
    for (row, line) in zip(rows, lines) {
      for (volts, published) in zip(row, line.microvolts) {
        worst = max(worst, abs(volts * 1e6 - published))
      }
    }
    // Half a count, and half of the published second decimal.
    #expect(worst < 0.0224 / 2 + 0.0051)
  }

  private func read(_ bytes: [UInt8], most: Int) throws -> ([[Double]], UInt64, UInt64) {
    var profile = try FrameProfiles.named("openbci-cyton")
    profile.startup = nil
    let board = DeviceBoard(name: "recorded")
    let link = PacedBytes(bytes, most: most)
    let driver = DriverTable.make(profile, DriverSetup(category: .neuro))
    var streams: [CollectedStream] = []
    link.tap = {
      if streams.isEmpty, let announcement = board.announcement {
        streams = announcement.outlets.map(CollectedStream.init)
      }
      for stream in streams { stream.drain() }
    }
    let open: Acquisition.Opener = { (_) throws(TransportError) in throw .endOfCapture }
    Acquisition(driver: driver, board: board, open: open).run(
      link: link, until: StopFlag(), pause: { _ in })
    link.tap()
    let eeg = try #require(streams.first)
    let scale = eeg.stream.description.channels[0].scale
    let codes = stride(from: 0, to: eeg.rows.count, by: 4).map { place in
      Int32(
        bitPattern: eeg.rows[place..<place + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) })
    }
    let rows = stride(from: 0, to: codes.count, by: 8).map { start in
      codes[start..<start + 8].map { Double($0) * scale }
    }
    return (rows, eeg.lost, board.bytesDamaged)
  }
}

/// Bytes at the pace of a Cyton's line: 33 of them every 4 ms.
private final class PacedBytes: Transport {
  let name = "recorded"
  private(set) var now = HostTime(nanoseconds: 1_557_936_053_000_000_000)
  var tap: () -> Void = {}
  private let bytes: [UInt8]
  private let most: Int
  private var taken = 0

  init(_ bytes: [UInt8], most: Int) {
    self.bytes = bytes
    self.most = most
  }

  func read(into buffer: inout [UInt8], until deadline: HostTime) throws(TransportError) -> Arrival
  {
    tap()
    guard taken < bytes.count else { throw .endOfCapture }
    let arrival = HostTime(
      nanoseconds: 1_557_936_053_000_000_000 + Int64((taken / 33 + 1) * 4_000_000))
    now = max(now, min(arrival, deadline))
    guard arrival <= deadline else { return Arrival(byteCount: 0, time: now) }
    let count = min(most, 33 - taken % 33, bytes.count - taken)
    buffer.replaceSubrange(0..<count, with: bytes[taken..<taken + count])
    taken += count
    return Arrival(byteCount: count, time: now)
  }

  func write(_ bytes: [UInt8]) throws(TransportError) {}
}

private enum RecordedCyton {
  struct Line {
    var number: Int
    var microvolts: [Double]
    var acceleration: [Double]

    var frame: [UInt8] {
      var bytes: [UInt8] = [0xA0, UInt8(number)]
      for value in microvolts {
        let count = Int32((value / 0.0223517444553).rounded())
        bytes += [16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) }
      }
      for value in acceleration {
        let count = Int16((value / 0.000125).rounded())
        bytes += [UInt8(truncatingIfNeeded: count >> 8), UInt8(truncatingIfNeeded: count)]
      }
      return bytes + [0xC0]
    }
  }

  static let path =
    FrameProfiles.root.deletingLastPathComponent()
    .appendingPathComponent("shared/fixtures/meg/openbci_gui_v6_sample.txt").path
  static let isThere = FileManager.default.fileExists(atPath: path)

  static func lines(_ most: Int) throws -> [Line] {
    try String(contentsOfFile: path, encoding: .utf8).split(whereSeparator: \.isNewline).lazy
      .compactMap { line -> Line? in
        let words = line.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        guard words.count > 12, let number = Int(words[0]) else { return nil }
        return Line(
          number: number, microvolts: words[1...8].compactMap(Double.init),
          acceleration: words[9...11].compactMap(Double.init))
      }.prefix(most).map { $0 }
  }

  static func gaps(_ lines: [Line]) -> UInt64 {
    zip(lines, lines.dropFirst()).reduce(0) {
      $0 + UInt64(($1.1.number - $1.0.number - 1 + 256) % 256)
    }
  }
}
