/// One segment of a PM-store: what its entries look like and how far it has been read.
struct PHDSegment {
  static let mostSegments = 64

  let store: UInt16
  let number: UInt16
  /// Which times stand before the values of an entry, as bits.
  var header: UInt16 = 0
  /// The objects that each entry holds, with their values in order.
  var elements: [PHDObject] = []
  /// Entries that the agent says the segment has.
  var usage: UInt32?
  /// `usage` when the segment was last read to its end.
  var usageRead: UInt32?
  /// Number of the next entry to hand over; nil before the first.
  var expected: UInt32?
  /// The event that was asked for again because it did not hold together.
  var refusedFirst: UInt32?

  init(store: UInt16, number: UInt16) {
    self.store = store
    self.number = number
  }

  static func key(_ store: UInt16, _ number: UInt16) -> UInt32 {
    UInt32(store) << 16 | UInt32(number)
  }

  /// A number of a record that names store, segment and entry.
  func record(_ entry: UInt32) -> Int64 {
    Int64(store & 0x7FFF) << 48 | Int64(number) << 32 | Int64(entry)
  }

  /// Begins behind the newest record that is stored already, if it is of this segment.
  mutating func begin(after newest: Int64?) {
    guard let newest, newest >= 0, record(0) == newest & ~0xFFFF_FFFF else { return }
    let entry = UInt32(truncatingIfNeeded: newest)
    if entry < .max { expected = entry + 1 }
  }

  private static let headerTimes: [(bit: UInt16, attribute: UInt16, byteCount: Int)] = [
    (0x8000, PHDAttribute.absoluteStamp, 8), (0x4000, 0, 4), (0x2000, 0, 8),
    (0x1000, PHDAttribute.baseOffsetStamp, 8),
  ]

  var headerValues: [PHDValue] {
    Self.headerTimes.filter { header & $0.bit != 0 }.map {
      PHDValue(attribute: $0.attribute, byteCount: $0.byteCount)
    }
  }

  var entryByteCount: Int {
    let values = headerValues + elements.flatMap(\.valueMap)
    return values.reduce(0) { $0 + $1.byteCount }
  }

  /// Entry header, then class, metric, handle and value map of each element.
  mutating func takeMap(_ reader: inout PHDReader, _ configuration: PHDConfiguration) {
    header = reader.u16()
    elements = []
    for _ in 0..<reader.listCount(most: PHDConfiguration.mostObjects) {
      _ = reader.u16()
      let metric = reader.u32()
      let handle = reader.u16()
      var object = configuration.objects[handle] ?? PHDObject(handle: handle)
      object.metric = metric
      object.valueMap = PHDObject.valueMap(&reader)
      elements.append(object)
    }
    if !reader.isWhole { elements = [] }
  }
}
