internal import FluxgateSeal

/// The step a log is about to take, durable before the first tile of it and kept after it.
///
/// It holds the batch itself, so an interrupted step is taken again with the very same bytes: no
/// path of a tile ever gets a second content, and no size a second root.
struct LogIntent: Hashable {
  static let byteCountMax =
    EmbeddedLog.batchByteCountMax + 2 * EmbeddedLog.batchCountMax + 65_536
  private static let magic = "fluxgate/log-state@v1"

  let origin: String
  let oldSize: UInt64
  let oldRoot: TreeHash
  let newSize: UInt64
  let newRoot: TreeHash
  /// The entries from `oldSize` up to `newSize`.
  let entries: [[UInt8]]

  /// Six lines, an empty one, the entries as a bundle, and the SHA-256 of all before it.
  var bytes: [UInt8] {
    let head = """
      \(Self.magic)
      \(origin)
      \(oldSize)
      \(Base64.encode(oldRoot.bytes))
      \(newSize)
      \(Base64.encode(newRoot.bytes))


      """
    var bytes = Array(head.utf8)
    for entry in entries { EntryBundle.append(entry, to: &bytes) }
    return bytes + SHA256.digest(bytes)
  }
}

extension LogIntent {
  /// Nil for anything but what `bytes` makes.
  init?(_ bytes: [UInt8]) {
    let body = [UInt8](bytes.dropLast(TreeHash.byteCount))
    guard SHA256.digest(body) == [UInt8](bytes.suffix(TreeHash.byteCount)) else { return nil }
    let parts = body.split(
      separator: NoteText.newline, maxSplits: 7, omittingEmptySubsequences: false)
    guard parts.count == 8, parts[6].isEmpty else { return nil }
    let lines = parts.prefix(6).map { String(decoding: $0, as: UTF8.self) }
    guard lines[0] == Self.magic, let oldSize = NoteText.number(lines[2]),
      let oldRoot = NoteText.hash(lines[3]), let newSize = NoteText.number(lines[4]),
      let newRoot = NoteText.hash(lines[5]), let entries = EntryBundle.decode([UInt8](parts[7])),
      newSize >= oldSize, newSize - oldSize == UInt64(entries.count)
    else { return nil }
    self.init(
      origin: lines[1], oldSize: oldSize, oldRoot: oldRoot, newSize: newSize, newRoot: newRoot,
      entries: entries)
  }
}
