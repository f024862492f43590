internal import CHDF5
internal import FluxgateSignal

extension PlainExport {
  /// Writes one HDF5 file without Fluxgate's filter. `path` must not exist.
  public func hdf5(to path: String) throws(RecordingError) {
    let part = path + Disk.aside
    let file = try H5File(creating: part, largeAttributes: true)
    for stream in streams { try write(stream, into: file) }
    try file.close()
    try File(part, for: .changing).sync()
    try Disk.rename(part, to: path, replacing: false)
    try Disk.syncFolder(of: path)
  }

  private func write(
    _ stream: ExportStream, into file: borrowing H5File
  ) throws(RecordingError) {
    let group = try file.group("s\(stream.dataset.stream)")
    try stream.writeAttributes(on: group, of: file)
    let data = try H5Table(
      "data", in: group, of: file, type: stream.dataset.type,
      columns: Int(stream.dataset.columns))
    try stream.writeColumns(on: data.object, of: file)
    let times = try H5Table("times", in: group, of: file, type: .int64, columns: 5)
    let gaps = try H5Table("gaps", in: group, of: file, type: .int64, columns: 4)
    var cursor = reader.chunks(of: stream.dataset.stream)
    while let chunk = try cursor.next() {
      let row = Int64(data.rowCount)
      try data.append(chunk.rows, of: file)
      try times.append(
        [
          row, Int64(chunk.rowCount), Int64(bitPattern: chunk.firstSample), chunk.firstTime,
          chunk.lastTime,
        ], of: file)
      for gap in chunk.gaps { try gaps.append(gap.exported(after: row), of: file) }
    }
  }
}

extension Discontinuity {
  /// Row of the whole stream, reason, missing samples, time step.
  fileprivate func exported(after rows: Int64) -> [Int64] {
    [rows + Int64(row), Int64(reason.rawValue), Int64(bitPattern: missing), timeStep]
  }
}

extension ExportStream {
  fileprivate func writeAttributes(
    on group: H5Object, of file: borrowing H5File
  ) throws(RecordingError) {
    try file.attribute("name", meta.name, on: group)
    let category = Category(rawValue: dataset.category)?.name ?? "\(dataset.category)"
    try file.attribute("category", category, on: group)
    try file.attribute("kind", dataset.kind.name, on: group)
    if let rate = meta.rate { try file.attribute("rate", [rate], isArray: false, on: group) }
  }

  fileprivate func writeColumns(
    on data: H5Object, of file: borrowing H5File
  ) throws(RecordingError) {
    try file.attribute("column_name", meta.channels.map(\.name), on: data)
    try file.attribute("column_unit", meta.channels.map(\.unit), on: data)
    try file.attribute("column_kind", meta.channels.map(\.kind), on: data)
    try file.attribute("column_scale", meta.channels.map(\.scale), isArray: true, on: data)
    try file.attribute("column_offset", meta.channels.map(\.offset), isArray: true, on: data)
  }
}

extension H5File {
  fileprivate func attribute(
    _ name: String, _ values: [Double], isArray: Bool, on place: H5Object
  ) throws(RecordingError) {
    var bytes: [UInt8] = []
    for value in values { bytes.append(littleEndian: value.bitPattern) }
    try attribute(
      name, type: fg_h5_type(Int32(StoredType.float64.rawValue)),
      count: isArray ? values.count : nil, bytes: bytes, on: place)
  }
}
