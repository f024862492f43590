import Fluxgate
import FluxgateRecording
import FluxgateSeal
import FluxgateSignal

/// The public side of a recording as lines and as JSON.
struct OutlineText {
  let outline: RecordingOutline

  init(_ outline: RecordingOutline) { self.outline = outline }

  func lines() -> [String] {
    [
      "recording   \(Digits.hexadecimal(outline.recording))",
      "gateway     \(Digits.hexadecimal(outline.gateway.bytes))",
      "state       \(state)",
      "segments    \(outline.segments.count), epochs \(epochs), chunks \(chunkCount)",
      "anchored    \(anchored) of \(outline.segments.count) segments",
      "size        \(bytes(fileByteCount)) of files; \(bytes(rawByteCount)) raw "
        + "in \(bytes(sealedByteCount)) sealed, ratio \(StatusText.number(ratio, decimals: 2))",
    ] + recipients() + ["", header] + outline.datasets.filter { $0.kind != .meta }.map(line)
  }

  private func recipients() -> [String] {
    let known = outline.recipients.sorted { $0.key.text < $1.key.text }.map {
      "opened by   \($0.key)   \($0.value.count) epoch(s)"
    }
    let none = outline.recipients.isEmpty ? ["opened by   nobody: there are no capsules"] : []
    return known + none + outline.unreadableCapsules.map { "DAMAGED     capsule \($0)" }
  }

  private var header: String {
    "stream  category  kind       type    columns       stored      lost      sealed"
  }

  private func line(_ dataset: DatasetDescription) -> String {
    let contents = outline.contents[dataset.stream]
    let counts = contents?.counts
    let stored = counts?.stored ?? 0
    return StatusText.pad("\(dataset.stream)", 8)
      + StatusText.pad(category(dataset), 10) + StatusText.pad(dataset.kind.name, 11)
      + StatusText.pad("\(dataset.type)", 8) + StatusText.right("\(dataset.columns)", 7)
      + StatusText.right("\(stored)", 13)
      + StatusText.right("\((counts?.received ?? 0) - stored)", 10)
      + StatusText.right(bytes(contents?.sealedByteCount ?? 0), 12)
  }

  private func category(_ dataset: DatasetDescription) -> String {
    Category(rawValue: dataset.category)?.name ?? "c\(dataset.category)"
  }

  private var state: String {
    if let part = outline.part {
      return "a part that a vault released: \(part.segments.count) of the segments below"
    }
    if outline.isClosed { return "closed" }
    let journals = outline.openJournals
    return journals.isEmpty
      ? "not closed" : "not closed; \(journals.count) journal(s) open: in use, or to be recovered"
  }

  private var epochs: String {
    guard let first = outline.segments.first?.epoch, let last = outline.segments.last?.epoch
    else { return "none" }
    return first == last ? "\(first)" : "\(first)-\(last)"
  }

  private var chunkCount: Int { outline.segments.reduce(0) { $0 + $1.chunkCount } }
  private var anchored: Int { outline.segments.count(where: \.hasProof) }
  private var fileByteCount: UInt64 { outline.segments.reduce(0) { $0 + $1.byteCount } }

  private var sealedByteCount: UInt64 {
    outline.contents.filter { $0.key >> 31 == 0 }.values.reduce(0) { $0 + $1.sealedByteCount }
  }

  private var rawByteCount: UInt64 {
    outline.datasets.filter { $0.kind != .meta }.reduce(0) {
      $0 + UInt64($1.rowByteCount) * (outline.contents[$1.stream]?.counts.stored ?? 0)
    }
  }

  private var ratio: Double? {
    sealedByteCount > 0 ? Double(rawByteCount) / Double(sealedByteCount) : nil
  }

  private func bytes(_ count: UInt64) -> String { StatusText.bytes(Double(count)) }
}

// MARK: - JSON

extension OutlineText {
  struct Report: Encodable {
    struct Segment: Encodable {
      let number, epoch: UInt32
      let chunks: Int
      let bytes: UInt64
      let isAnchored: Bool
    }

    struct Recipient: Encodable {
      let fingerprint: String
      let epochs: [UInt32]
    }

    struct Stream: Encodable {
      let stream, columns, rowsPerChunk: UInt32
      let category, kind, type: String
      let stored, sealedBytes: UInt64
      let lost: [String: UInt64]
    }

    let folder, recording, gateway: String
    let isClosed: Bool
    let openJournals: [UInt32]
    let rawBytes, sealedBytes: UInt64
    let ratio: Double?
    let segments: [Segment]
    let recipients: [Recipient]
    let unreadableCapsules: [String]
    let streams: [Stream]
    let opened: [StreamText.Report]?
  }

  func report(_ folder: String, streams: [StreamText.Report]?) -> Report {
    Report(
      folder: folder, recording: Digits.hexadecimal(outline.recording),
      gateway: Digits.hexadecimal(outline.gateway.bytes), isClosed: outline.isClosed,
      openJournals: outline.openJournals, rawBytes: rawByteCount, sealedBytes: sealedByteCount,
      ratio: ratio,
      segments: outline.segments.map {
        Report.Segment(
          number: $0.number, epoch: $0.epoch, chunks: $0.chunkCount, bytes: $0.byteCount,
          isAnchored: $0.hasProof)
      },
      recipients: outline.recipients.sorted { $0.key.text < $1.key.text }.map {
        Report.Recipient(fingerprint: $0.key.text, epochs: $0.value.sorted())
      },
      unreadableCapsules: outline.unreadableCapsules,
      streams: outline.datasets.filter { $0.kind != .meta }.map(stream), opened: streams)
  }

  private func stream(_ dataset: DatasetDescription) -> Report.Stream {
    let contents = outline.contents[dataset.stream]
    return Report.Stream(
      stream: dataset.stream, columns: dataset.columns, rowsPerChunk: dataset.rowsPerChunk,
      category: category(dataset), kind: dataset.kind.name, type: "\(dataset.type)",
      stored: contents?.counts.stored ?? 0, sealedBytes: contents?.sealedByteCount ?? 0,
      lost: contents.map { FindingWords.lost($0.counts) } ?? [:])
  }
}
