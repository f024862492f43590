/// Entries one after another, each behind its length as 16 bits big-endian (C2SP tlog-tiles).
public enum EntryBundle {
  public static let entryByteCountMax = 65_535

  /// Nil if an entry is longer than `entryByteCountMax`.
  public static func encode(_ entries: [[UInt8]]) -> [UInt8]? {
    guard entries.allSatisfy({ $0.count <= entryByteCountMax }) else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(entries.reduce(0) { $0 + 2 + $1.count })
    for entry in entries { append(entry, to: &bytes) }
    return bytes
  }

  /// Nil if the lengths do not come out even.
  public static func decode(_ bytes: [UInt8]) -> [[UInt8]]? {
    var entries: [[UInt8]] = []
    var rest = bytes[...]
    while let high = rest.popFirst() {
      guard let low = rest.popFirst() else { return nil }
      let count = Int(high) << 8 | Int(low)
      guard rest.count >= count else { return nil }
      entries.append([UInt8](rest.prefix(count)))
      rest = rest.dropFirst(count)
    }
    return entries
  }

  /// For entries whose length has been checked.
  static func append(_ entry: [UInt8], to bytes: inout [UInt8]) {
    bytes.append(UInt8(truncatingIfNeeded: entry.count >> 8))
    bytes.append(UInt8(truncatingIfNeeded: entry.count))
    bytes.append(contentsOf: entry)
  }
}
