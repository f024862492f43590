import Fluxgate
import FluxgateRecording
import FluxgateSeal
import FluxgateSignal
import Foundation

/// An opened stream as lines and as JSON.
struct StreamText {
  /// Channels and breaks that are printed; JSON has more.
  static let mostChannels = 8
  static let mostGaps = 10

  let stream: OpenedStream

  init(_ stream: OpenedStream) { self.stream = stream }

  /// What `open` shows.
  func summary() -> [String] {
    let lost = stream.counts.received - stream.counts.stored
    var lines = [
      heading,
      "  rows        \(stream.rowCount) in \(stream.chunkCount) chunks, lost \(lost)",
    ]
    let causes = FindingWords.causes(stream.counts)
    if !causes.isEmpty { lines += row("lost by", causes) }
    if let first = stream.firstTime, let last = stream.lastTime {
      lines.append("  first       \(Self.utc(first))")
      lines.append("  last        \(Self.utc(last))")
    }
    return lines + row("digest", verdict)
  }

  /// What `info` adds with a key.
  func details() -> [String] {
    var lines = [""] + summary()
    if let rate = stream.meta?.rate {
      lines.append("  rate        \(StatusText.number(rate, decimals: 3)) Hz")
    }
    if let clock = partsPerMillion {
      lines.append("  clock       \(StatusText.number(clock, decimals: 2)) ppm off this gateway's")
    }
    if case .text(let stages)? = stream.meta?.other["stages"] {
      lines += row("stages", Self.short(stages))
    }
    lines.append("  sha256      \(Digits.hexadecimal(stream.digest))")
    return lines + channels() + gaps()
  }

  private var heading: String {
    let dataset = stream.dataset
    return "stream \(dataset.stream)  \(stream.name.prefix(40))  (\(dataset.kind.name), "
      + "\(dataset.columns) columns)"
  }

  private var verdict: String {
    switch stream.judgement {
    case .equal: "equal to the sealed one"
    case .differs: "DAMAGED: the rows are not the ones that were sealed"
    case .noDigest: "none was sealed: the recording did not end by itself"
    case .partial: "not compared: this key opens some of the epochs only"
    }
  }

  private var partsPerMillion: Double? {
    (stream.meta?.other["clock"]?["partsPerBillion"]?.int).map { Double($0) / 1000 }
  }

  /// A stage with a number for each channel is one long word; JSON has all of it.
  private static func short(_ stages: String) -> String {
    stages.split(separator: " ").map { $0.count <= 40 ? String($0) : "\($0.prefix(37))..." }
      .joined(separator: " ")
  }

  private func channels() -> [String] {
    let all = stream.meta?.channels ?? []
    let shown = all.prefix(Self.mostChannels).flatMap { channel in
      row("column", Self.text(channel))
    }
    let more = all.count - Self.mostChannels
    return shown + (more > 0 ? ["              and \(more) more; --json lists them"] : [])
  }

  private static func text(_ channel: Channel) -> String {
    var text = "\(channel.name)  \(channel.kind)"
    if channel.scale != 1 || channel.offset != 0 || !channel.unit.isEmpty {
      text += "  x \(channel.scale)"
      if channel.offset != 0 { text += " + \(channel.offset)" }
      text += " \(channel.unit)"
    }
    if channel.delay != 0 {
      text += "  delay \(channel.delay) ns +- \(channel.delayUncertainty)"
    }
    if let place = channel.place {
      let millimetres = [place.position.x, place.position.y, place.position.z].map {
        String(format: "%.1f", $0 * 1000)
      }
      text += "  at \(millimetres.joined(separator: " ")) mm (\(place.frame))"
    }
    return text
  }

  private func gaps() -> [String] {
    let shown = stream.gaps.prefix(Self.mostGaps).flatMap { gap in
      row(
        "break",
        "before row \(gap.row): \(gap.discontinuity.reason), "
          + "\(gap.discontinuity.missing) missing")
    }
    let more = stream.gapCount - Self.mostGaps
    return shown + (more > 0 ? ["              and \(more) more"] : [])
  }

  private func row(_ name: String, _ text: String) -> [String] {
    LabelledText.lines("  " + name, text, width: 14)
  }

  static func utc(_ nanoseconds: Int64) -> String {
    let formatter = ISO8601DateFormatter()
    formatter.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
    return formatter.string(from: Date(timeIntervalSince1970: Double(nanoseconds) / 1e9))
  }
}

// MARK: - JSON

extension StreamText {
  struct Report: Encodable {
    struct Column: Encodable {
      let name, kind, unit: String
      let scale, offset, range: Double
      let delay, delayUncertainty: Int64
      /// Metres, and a unit vector.
      let position, direction: [Double]?
      let frame, placeSource: String?

      init(_ channel: Channel) {
        (name, kind, unit) = (channel.name, channel.kind, channel.unit)
        (scale, offset, range) = (channel.scale, channel.offset, channel.range)
        (delay, delayUncertainty) = (channel.delay, channel.delayUncertainty)
        position = channel.place.map { [$0.position.x, $0.position.y, $0.position.z] }
        direction = channel.place?.direction.map { [$0.x, $0.y, $0.z] }
        (frame, placeSource) = (channel.place?.frame, channel.place?.source)
      }
    }

    struct Gap: Encodable {
      let row, missing: UInt64
      let reason: String
      let timeStep: Int64
    }

    let stream: UInt32
    let name, kind, judgement, digest: String
    let sealedDigest, first, last, stages: String?
    let rate, clockPartsPerMillion: Double?
    let rows: UInt64
    let chunks: Int
    let lost: [String: UInt64]
    let lockedEpochs: [UInt32]
    let columns: [Column]
    let gapCount: Int
    let gaps: [Gap]
  }

  func report() -> Report {
    let meta = stream.meta
    return Report(
      stream: stream.dataset.stream, name: stream.name, kind: stream.dataset.kind.name,
      judgement: stream.judgement.rawValue, digest: Digits.hexadecimal(stream.digest),
      sealedDigest: stream.sealedDigest.map { Digits.hexadecimal($0) },
      first: stream.firstTime.map(Self.utc), last: stream.lastTime.map(Self.utc),
      stages: meta?.other["stages"]?.textValue, rate: meta?.rate,
      clockPartsPerMillion: partsPerMillion, rows: stream.rowCount, chunks: stream.chunkCount,
      lost: FindingWords.lost(stream.counts), lockedEpochs: stream.lockedEpochs,
      columns: (meta?.channels ?? []).map(Report.Column.init), gapCount: stream.gapCount,
      gaps: stream.gaps.map {
        Report.Gap(
          row: $0.row, missing: $0.discontinuity.missing, reason: "\($0.discontinuity.reason)",
          timeStep: $0.discontinuity.timeStep)
      })
  }
}
