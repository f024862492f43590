/// The header of one page of a receiver's memory: which records it holds.
struct DexcomPageHeader: Equatable {
  var firstRecord: UInt32
  var recordCount: UInt32
  var type: UInt8
  var revision: UInt8
  var page: UInt32

  /// Nil when the header is cut short or fails its own CRC.
  init?(_ bytes: RawSpan) {
    guard bytes.byteCount >= DexcomPage.headerByteCount,
      CRC16.closes(bytes.extracting(0..<DexcomPage.headerByteCount)),
      let first = bytes.u32(at: 0), let count = bytes.u32(at: 4), let type = bytes.u8(at: 8),
      let revision = bytes.u8(at: 9), let page = bytes.u32(at: 10)
    else { return nil }
    guard !first.addingReportingOverflow(count).overflow else { return nil }
    firstRecord = first
    recordCount = count
    self.type = type
    self.revision = revision
    self.page = page
  }

  /// Number of the record after the last one of the page.
  var endRecord: UInt32 { firstRecord + recordCount }
}

/// A page: a 28-byte header and 500 bytes of fixed-length records, filled up with 0xFF.
enum DexcomPage {
  static let byteCount = 528
  static let headerByteCount = 28
  static let recordBytes = 500

  /// Hands every record with its number to `each`; nil stands for one that fails its CRC.
  ///
  /// - Returns: false when the header claims more records than a page holds; `each` has then not run.
  static func forEachRecord(
    of header: DexcomPageHeader, in page: RawSpan, length: Int, _ each: (UInt32, RawSpan?) -> Void
  ) -> Bool {
    guard length > 0, page.byteCount >= byteCount,
      Int(header.recordCount) <= recordBytes / length
    else { return false }
    for index in 0..<Int(header.recordCount) {
      let start = headerByteCount + index * length
      let record = page.extracting(start..<start + length)
      each(header.firstRecord + UInt32(index), CRC16.closes(record) ? record : nil)
    }
    return true
  }
}
