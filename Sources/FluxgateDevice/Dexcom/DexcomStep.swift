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
  /// Which pages there are of the record type at this place of ``DexcomRecordType/streams``.
  case range(Int)
  /// Looks backwards from the last page for the one where new records begin.
  case seek(Int, page: UInt32, first: UInt32, last: UInt32)
  case page(Int, page: UInt32, last: UInt32)
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
    case .range(let index): .pageRange(type: Self.type(index))
    case .seek(let index, let page, _, _): .pageHeader(type: Self.type(index), page: page)
    case .page(let index, let page, _): .pages(type: Self.type(index), first: page, count: 1)
    case .idle: nil
    }
  }

  /// The step behind everything of the type at `index`.
  static func after(_ index: Int) -> DexcomStep {
    index + 1 < DexcomRecordType.streams.count ? .range(index + 1) : .idle
  }

  private static func type(_ index: Int) -> UInt8 { DexcomRecordType.streams[index].rawValue }
}
