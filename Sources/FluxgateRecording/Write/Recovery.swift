public import FluxgateSeal

/// Brings a recording whose gateway was killed into order. Needs the gateway's key and no other.
///
/// Unfinished files are removed, a journal's torn end is cut, and journals become segments with
/// manifests. A second run changes nothing.
public enum Recovery {
  /// What was found and done.
  public struct Report: Sendable, Hashable {
    /// Segments whose journal was still there.
    public internal(set) var closed: [ClosedSegment] = []
    /// Bytes cut from the end of each segment's journal.
    public internal(set) var cut: [UInt32: UInt64] = [:]
    /// Epochs whose span still had its planned end.
    public internal(set) var endedSpans: [UInt32] = []
    /// Journals that never held a whole beginning, and `.part` files.
    public internal(set) var removed: [String] = []

    public var isEmpty: Bool { closed.isEmpty && removed.isEmpty && endedSpans.isEmpty }
  }

  /// - Parameter cuttingDamage: a damaged record with whole ones after it is no trace of a kill. By
  ///   default such a journal is left as it is and the call throws; true cuts at the damage.
  public static func run(
    _ folder: RecordingFolder, identity: GatewayIdentity, cuttingDamage: Bool = false
  ) throws(RecordingError) -> Report {
    let lock = try FolderLock(folder)
    defer { withExtendedLifetime(lock) {} }
    var report = Report()
    try removeUnfinished(folder, &report)
    let closer = SegmentCloser(folder: folder, key: identity.identity)
    for segment in try RecordingFolder.numbers(in: folder.journals, suffix: "fxj") {
      if !Disk.exists(folder.manifest(segment)) {
        guard try mend(segment, folder, cuttingDamage, &report) else { continue }
      }
      report.closed.append(try closer.close(segment))
    }
    try endSpans(folder, identity.identity, &report)
    return report
  }

  /// Nobody writes to these epochs any more. When they really ended is sealed: the planned bounds,
  /// which no row left, stay.
  private static func endSpans(
    _ folder: RecordingFolder, _ key: SigningKey, _ report: inout Report
  ) throws(RecordingError) {
    for epoch in try RecordingFolder.numbers(in: folder.spans, suffix: "span") {
      let path = folder.span(epoch)
      let file = try Disk.read(path, limit: EpochSpan.byteCountMax)
      // One that is damaged is no trace of a kill: `verify` names it.
      guard let span = try? EpochSpan.read(file, gateway: key.publicKey), !span.isEnded else {
        continue
      }
      try Disk.replace(path, span.ended.signed(by: key))
      report.endedSpans.append(epoch)
    }
  }

  private static func removeUnfinished(
    _ folder: RecordingFolder, _ report: inout Report
  ) throws(RecordingError) {
    for place in [folder.path] + RecordingFolder.folders.map({ "\(folder.path)/\($0)" })
    where Disk.exists(place) {
      for name in try Disk.list(place) where name.hasSuffix(Disk.aside) {
        try Disk.remove("\(place)/\(name)")
        report.removed.append(name)
      }
    }
  }

  /// Cuts a torn end. False: the journal was removed, for it never had a beginning.
  private static func mend(
    _ segment: UInt32, _ folder: RecordingFolder, _ cuttingDamage: Bool, _ report: inout Report
  ) throws(RecordingError) -> Bool {
    let path = folder.journal(segment)
    var reader = try JournalReader(path)
    var wholeRecords = 0
    while try reader.next() != nil { wholeRecords += 1 }
    if reader.tornByteCount > 0 {
      let isDamage = try reader.wholeRecordFollows()
      guard cuttingDamage || !isDamage else {
        throw .journal(path: path, offset: reader.offset, .damagedBeforeWholeRecords)
      }
    }
    guard wholeRecords >= 2 else {
      try Disk.remove(path)
      try Disk.syncFolder(of: path)
      report.removed.append("\(padded(segment)).fxj")
      return false
    }
    if reader.tornByteCount > 0 {
      report.cut[segment] = reader.tornByteCount
      let file = try File(path, for: .changing)
      try file.truncate(to: reader.offset)
      try file.sync()
    }
    return true
  }
}
