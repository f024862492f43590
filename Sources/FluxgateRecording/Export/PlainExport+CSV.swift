internal import FluxgateSignal

extension PlainExport {
  /// Writes `s<stream>.csv` and `s<stream>-gaps.csv` for every stream into a new folder.
  ///
  /// Values are physical (code x scale + offset) in the unit that the header names; columns with
  /// scale 1 and offset 0 keep their integers.
  public func csv(to folder: String) throws(RecordingError) {
    try Disk.makeFolder(folder)
    for stream in streams {
      let base = "\(folder)/s\(stream.dataset.stream)"
      try writeCSV(
        stream, TextFile("\(base).csv", stream.csvHeader),
        TextFile("\(base)-gaps.csv", "row,reason,missing,time_step_ns\n"))
    }
  }

  private func writeCSV(
    _ stream: ExportStream, _ rows: TextFile, _ gaps: TextFile
  ) throws(RecordingError) {
    var cursor = reader.chunks(of: stream.dataset.stream)
    var firstRow: UInt64 = 0
    while let chunk = try cursor.next() {
      for row in 0..<chunk.rowCount { try rows.write(stream.csvRow(chunk, row)) }
      for gap in chunk.gaps {
        let row = firstRow + UInt64(gap.row)
        try gaps.write("\(row),\(gap.reason),\(gap.missing),\(gap.timeStep)\n")
      }
      firstRow += UInt64(chunk.rowCount)
    }
    try rows.finish()
    try gaps.finish()
  }
}

extension ExportStream {
  var csvHeader: String {
    let names = meta.channels.map { channel in
      Self.quoted(channel.unit.isEmpty ? channel.name : "\(channel.name) [\(channel.unit)]")
    }
    return (["time_ns", "sample"] + names).joined(separator: ",") + "\n"
  }

  func csvRow(_ chunk: OpenedChunk, _ row: Int) -> String {
    var line = "\(chunk.time(ofRow: row)),\(chunk.firstSample &+ UInt64(row))"
    for (column, channel) in meta.channels.enumerated() {
      line += ","
      if channel.scale == 1, channel.offset == 0,
        let integer = chunk.integer(row: row, column: column)
      {
        line += "\(integer)"
      } else {
        line += "\(chunk.value(row: row, column: column) * channel.scale + channel.offset)"
      }
    }
    return line + "\n"
  }

  /// RFC 4180. A cell that a spreadsheet would take for a formula is defused with an apostrophe.
  private static func quoted(_ text: String) -> String {
    let safe = text.first.map { "=+-@\t\r".contains($0) } ?? false ? "'" + text : text
    guard safe.contains(where: { ",\"\r\n".contains($0) }) else { return safe }
    let doubled = safe.map { $0 == "\"" ? "\"\"" : String($0) }.joined()
    return "\"\(doubled)\""
  }
}

/// A new text file, written in pieces of 64 KiB.
private final class TextFile {
  private let file: File
  private var pending: [UInt8] = []
  private var size: UInt64 = 0

  init(_ path: String, _ start: String) throws(RecordingError) {
    file = try File(path, for: .creating)
    pending = Array(start.utf8)
  }

  func write(_ text: String) throws(RecordingError) {
    pending += text.utf8
    if pending.count >= 1 << 16 { try flush() }
  }

  func finish() throws(RecordingError) {
    try flush()
    try file.sync()
  }

  private func flush() throws(RecordingError) {
    try file.write(pending, at: size)
    size += UInt64(pending.count)
    pending.removeAll(keepingCapacity: true)
  }
}
