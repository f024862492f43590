/// Cuts metadata documents into chunks of bytes and joins them again.
enum MetaPages {
  static let mostBytes = 16 << 20

  /// Pages of 64 KiB; the last one is shorter, so that a reader knows the end.
  static func cut(
    _ document: [UInt8], number: UInt64, category: UInt16, at now: Int64
  ) -> [ChunkContent] {
    let page = Int(DatasetDescription.metaPage)
    return stride(from: 0, through: document.count, by: page).map { start in
      let bytes = [UInt8](document[start..<min(start + page, document.count)])
      return ChunkContent(
        stream: DatasetDescription.metaStream(of: category), rows: bytes,
        rowCount: UInt32(bytes.count), firstSample: number, firstTime: now, lastTime: now)
    }
  }
}

/// Joins the pages of one metadata stream in the order of their chunks.
struct MetaJoiner {
  /// The newest whole document.
  private(set) var newest: [UInt8]?
  private var open: [UInt8]?
  private var number: UInt64?

  /// A document that was never ended (the gateway was killed) is dropped by the next one's start.
  mutating func add(_ page: [UInt8], number: UInt64) throws(MetaFault) {
    if let last = self.number {
      guard number > last || (number == last && open != nil) else { throw .order }
      if number > last { open = nil }
    }
    self.number = number
    let bytes = (open ?? []) + page
    guard bytes.count <= MetaPages.mostBytes else { throw .size(bytes.count) }
    let isWhole = page.count < Int(DatasetDescription.metaPage)
    open = isWhole ? nil : bytes
    if isWhole { newest = bytes }
  }
}
