/// One request of a conversation with a receiver, in the order of reading.
enum DexcomStep: Equatable {
  case ping
  case firmware
  case partitions
  case manufacturingRange
  case manufacturingPage(UInt32)
  case systemOffset
  case realTimeClock
  case systemTime
  case displayOffset
  case batteryLevel
  case batteryState
  /// Which pages there are of the record type at this place of ``DexcomRecordType/streams``.
  case range(Int)
  /// Looks backwards from the last page for the one where new records begin.
  case seek(Int, page: UInt32, first: UInt32, last: UInt32)
  /// So many pages from `page` on, of those up to `last`.
  case page(Int, page: UInt32, last: UInt32, count: UInt8)
  /// All is read: wait until the next round.
  case idle

  /// Nil for `idle`.
  var command: DexcomCommand? {
    switch self {
    case .ping: .ping
    case .firmware: .firmwareHeader
    case .partitions: .partitionInfo
    case .manufacturingRange: .pageRange(type: DexcomRecordType.manufacturing.rawValue)
    case .manufacturingPage(let page):
      .pages(type: DexcomRecordType.manufacturing.rawValue, first: page, count: 1)
    case .systemOffset: .systemTimeOffset
    case .realTimeClock: .realTimeClock
    case .systemTime: .systemTime
    case .displayOffset: .displayTimeOffset
    case .batteryLevel: .batteryLevel
    case .batteryState: .batteryState
    case .range(let index): .pageRange(type: Self.type(index))
    case .seek(let index, let page, _, _): .pageHeader(type: Self.type(index), page: page)
    case .page(let index, let page, _, let count):
      .pages(type: Self.type(index), first: page, count: count)
    case .idle: nil
    }
  }

  /// The same with as few bytes at once as can be: a reply that was lost may have been too long.
  var narrowed: DexcomStep {
    guard case .page(let index, let page, let last, _) = self else { return self }
    return .page(index, page: page, last: last, count: 1)
  }

  private static func type(_ index: Int) -> UInt8 { DexcomRecordType.streams[index].rawValue }
}
