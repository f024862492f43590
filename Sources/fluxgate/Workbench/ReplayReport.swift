import Fluxgate
import FluxgateTransport

/// What a replayed capture gave, as text and as JSON.
struct ReplayReport: Encodable {
  struct Stream: Encodable {
    let name: String
    let rows: Int
    let lost: UInt64
    let digest: String
  }

  struct Device: Encodable {
    let name: String
    let sentDifferences: Int
    let firstSentDifference: Int?
  }

  let capture: String
  let streams: [Stream]
  let devices: [Device]

  static func show(_ path: String, _ run: ReplayRun) {
    Console.say("stream                       rows      lost  digest")
    for stream in run.streams {
      Console.say(
        StatusText.pad(stream.name, 21) + StatusText.right("\(stream.rowCount)", 12)
          + StatusText.right("\(stream.lostCount)", 10) + "  "
          + Digits.hexadecimal(stream.digest.prefix(16)))
    }
    Console.report(ReplayReport(path, run))
  }

  /// A driver that asks other things than it did is worth knowing, and no failure.
  static func complain(_ sent: [ReplayRun.Sent]) {
    for device in sent where device.differences.count > 0 {
      let text =
        "NOTE: \(device.device): \(device.differences.count) bytes sent are not those captured, "
        + "from byte \(device.differences.firstOffset ?? 0) on. The driver or its settings have "
        + "changed since."
      for line in TextBlock.wrap(text, columns: 80, hanging: 6) { Console.complain(line) }
    }
  }

  private init(_ path: String, _ run: ReplayRun) {
    capture = path
    streams = run.streams.map {
      Stream(
        name: $0.name, rows: $0.rowCount, lost: $0.lostCount,
        digest: Digits.hexadecimal($0.digest))
    }
    devices = run.sent.map {
      Device(
        name: $0.device, sentDifferences: $0.differences.count,
        firstSentDifference: $0.differences.firstOffset)
    }
  }
}

/// Where two runs differ, as text and as JSON.
struct ComparisonReport: Encodable {
  struct Difference: Encodable {
    let stream, kind: String
    let sample: UInt64?
    let row: Int?
    let column: String?
    let left, right: String
  }

  let left, right: String
  let equal: Bool
  let differences: [Difference]

  /// Ends with 1 when the runs differ.
  static func show(
    left: String, _ one: [CollectedStream], right: String, _ other: [CollectedStream]
  ) throws {
    let found = RunComparison.differences(one, other)
    if found.isEmpty {
      Console.say("Equal: \(one.count) streams, \(one.reduce(0) { $0 + $1.rowCount }) rows.")
    }
    for difference in found { Console.say(lines(difference)) }
    Console.report(
      ComparisonReport(
        left: left, right: right, equal: found.isEmpty, differences: found.map(Difference.init)))
    try Console.end(found.isEmpty ? .done : .failed)
  }

  private static func lines(_ difference: StreamDifference) -> [String] {
    var place = difference.stream
    if let sample = difference.sample { place += ", sample \(sample)" }
    if let row = difference.row { place += ", row \(row)" }
    if let column = difference.column { place += ", column \(column)" }
    return TextBlock.wrap("Differs: \(place)", columns: 80, hanging: 9)
      + ["  left   \(difference.left)", "  right  \(difference.right)"]
  }
}

extension ComparisonReport.Difference {
  fileprivate init(_ difference: StreamDifference) {
    self.init(
      stream: difference.stream, kind: difference.kind.rawValue, sample: difference.sample,
      row: difference.row, column: difference.column, left: difference.left,
      right: difference.right)
  }
}
