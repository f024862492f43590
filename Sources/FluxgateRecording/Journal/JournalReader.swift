/// Reads a journal record by record, holding one at a time.
struct JournalReader: ~Copyable {
  let path: String
  private let file: File
  private let size: UInt64
  /// Where the next record begins: the end of the whole ones.
  private(set) var offset: UInt64 = 0

  init(_ path: String) throws(RecordingError) {
    let opened = try File(path, for: .reading)
    size = try opened.size()
    self.path = path
    file = opened
  }

  /// Bytes after the last whole record; known once ``next()`` has returned nil.
  var tornByteCount: UInt64 { size - offset }

  /// The next whole record; nil at the end of the file or at a torn record.
  ///
  /// Throws for a whole record that means nothing.
  mutating func next() throws(RecordingError) -> JournalRecord? {
    guard let bytes = try record(at: offset), let found = JournalRecord.body(of: bytes[...]) else {
      return nil
    }
    do {
      let record = try JournalRecord(type: found.type, body: found.body)
      offset += UInt64(bytes.count)
      return record
    } catch {
      throw .journal(path: path, offset: offset, error)
    }
  }

  /// True when a whole record begins somewhere after the torn one: damage, not a kill.
  func wholeRecordFollows() throws(RecordingError) -> Bool {
    guard tornByteCount > UInt64(JournalRecord.frameByteCount) else { return false }
    let tail = try file.read(Int(min(tornByteCount, 1 << 28)), at: offset)
    return (1..<(tail.count - JournalRecord.frameByteCount + 1)).contains { start in
      Self.wholeRecord(in: tail, at: start)
    }
  }

  private static func wholeRecord(in tail: [UInt8], at start: Int) -> Bool {
    var reader = LittleEndianReader(tail[start...])
    guard let length = reader.number(UInt32.self), length > 0,
      length <= JournalRecord.mostBodyBytes, let type = reader.number(UInt8.self),
      (2...5).contains(type)
    else { return false }
    let end = start + Int(length) + JournalRecord.frameByteCount
    return end <= tail.count && JournalRecord.body(of: tail[start..<end]) != nil
  }

  private func record(at offset: UInt64) throws(RecordingError) -> [UInt8]? {
    var head = LittleEndianReader(try file.read(4, at: offset)[...])
    guard let length = head.number(UInt32.self), length <= JournalRecord.mostBodyBytes else {
      return nil
    }
    let whole = Int(length) + JournalRecord.frameByteCount
    let bytes = try file.read(whole, at: offset)
    return bytes.count == whole ? bytes : nil
  }
}
