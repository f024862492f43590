/// Lengths of records as the receiver's own partition table states them.
struct DexcomPartitions {
  private var lengths: [UInt16: Int] = [:]
  /// Bytes of records in a page.
  private(set) var pageBytes = DexcomPage.recordBytes

  init() {}

  /// Nil when the answer is no partition table.
  init?(xml: RawSpan) {
    let elements = DexcomXML.elements(in: xml)
    guard let head = elements.first(where: { $0.name == "PartitionInfo" }) else { return nil }
    pageBytes = head.attributes["PageDataLength"].flatMap(Int.init) ?? DexcomPage.recordBytes
    for element in elements where element.name == "Partition" {
      guard let type = element.attributes["Id"].flatMap(UInt8.init),
        let revision = element.attributes["RecordRevision"].flatMap(UInt8.init),
        let length = element.attributes["RecordLength"].flatMap(Int.init),
        (10...DexcomPage.recordBytes).contains(length)
      else { continue }
      lengths[Self.key(type, revision)] = length
    }
  }

  /// Nil when no layout is known for the revision, or its numbers do not fit the stated length: such
  /// records are refused, never guessed at.
  func length(of type: DexcomRecordType, revision: UInt8) -> Int? {
    guard let layout = DexcomLayout.of(type, revision: revision) else { return nil }
    let length = lengths[Self.key(type.rawValue, revision)] ?? layout.length
    return length >= layout.fieldsEnd + 2 ? length : nil
  }

  /// Whether the receiver lists the type at all.
  func lists(_ type: DexcomRecordType) -> Bool {
    lengths.keys.contains { $0 >> 8 == UInt16(type.rawValue) }
  }

  private static func key(_ type: UInt8, _ revision: UInt8) -> UInt16 {
    UInt16(type) << 8 | UInt16(revision)
  }
}
