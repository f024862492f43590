/// Bytes that wait in their order; taking from the front moves nothing.
struct ByteQueue {
  private var bytes: [UInt8] = []
  private var head = 0

  var count: Int { bytes.count - head }
  var isEmpty: Bool { count == 0 }
  var all: ArraySlice<UInt8> { bytes[head...] }

  mutating func append(_ more: some Sequence<UInt8>) { bytes.append(contentsOf: more) }

  /// - Parameter wanted: at most `count`.
  mutating func take(_ wanted: Int) -> ArraySlice<UInt8> {
    precondition(wanted <= count)
    let taken = bytes[head..<head + wanted]
    skip(wanted)
    return taken
  }

  mutating func skip(_ wanted: Int) {
    precondition(wanted <= count)
    head += wanted
    if head == bytes.count {
      removeAll()
    } else if head > 1 << 16 {
      bytes.removeFirst(head)
      head = 0
    }
  }

  mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    head = 0
  }
}
