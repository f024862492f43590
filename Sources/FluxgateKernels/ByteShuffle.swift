/// All first bytes, then all second bytes, and so on: equal bytes come together for the coder.
///
/// For `n` elements of `S` bytes: `out[b * n + i] = in[i * S + b]`. The size does not change.
public enum ByteShuffle {
  /// Replaces `output` by the shuffled elements.
  ///
  /// - Precondition: `elements` is a whole number of elements.
  public static func encode(_ elements: RawSpan, elementSize: Int, into output: inout [UInt8]) {
    let count = elementCount(elements.byteCount, elementSize)
    output.resize(to: elements.byteCount)
    var span = output.mutableSpan
    // SAFETY: integers have no invalid bit patterns.
    var bytes = unsafe span.mutableBytes
    // The usual sizes are constants to the loop.
    switch elementSize {
    case 2: scatter(elements, size: 2, count, into: &bytes)
    case 4: scatter(elements, size: 4, count, into: &bytes)
    case 8: scatter(elements, size: 8, count, into: &bytes)
    default: scatter(elements, size: elementSize, count, into: &bytes)
    }
  }

  /// Replaces `output` by the elements that `encode` was given.
  ///
  /// - Precondition: `shuffled` is a whole number of elements.
  public static func decode(_ shuffled: RawSpan, elementSize: Int, into output: inout [UInt8]) {
    let count = elementCount(shuffled.byteCount, elementSize)
    output.resize(to: shuffled.byteCount)
    var span = output.mutableSpan
    // SAFETY: integers have no invalid bit patterns.
    var bytes = unsafe span.mutableBytes
    switch elementSize {
    case 2: gather(shuffled, size: 2, count, into: &bytes)
    case 4: gather(shuffled, size: 4, count, into: &bytes)
    case 8: gather(shuffled, size: 8, count, into: &bytes)
    default: gather(shuffled, size: elementSize, count, into: &bytes)
    }
  }

  /// ``encode(_:elementSize:into:)`` of an array, as a new array.
  public static func encoded(_ elements: [UInt8], elementSize: Int) -> [UInt8] {
    var output: [UInt8] = []
    // SAFETY: bytes are read as bytes.
    unsafe encode(elements.span.bytes, elementSize: elementSize, into: &output)
    return output
  }

  /// ``decode(_:elementSize:into:)`` of an array, as a new array.
  public static func decoded(_ shuffled: [UInt8], elementSize: Int) -> [UInt8] {
    var output: [UInt8] = []
    // SAFETY: bytes are read as bytes.
    unsafe decode(shuffled.span.bytes, elementSize: elementSize, into: &output)
    return output
  }

  private static func elementCount(_ byteCount: Int, _ elementSize: Int) -> Int {
    precondition(elementSize > 0, "an element has at least one byte")
    precondition(byteCount.isMultiple(of: elementSize), "not a whole number of elements")
    return byteCount / elementSize
  }

  @inline(__always)
  private static func scatter(
    _ elements: RawSpan, size: Int, _ count: Int, into bytes: inout MutableRawSpan
  ) {
    for lane in 0..<size {
      for element in 0..<count {
        let byte = elements.load(at: element &* size &+ lane, as: UInt8.self)
        bytes.store(byte, at: lane &* count &+ element)
      }
    }
  }

  @inline(__always)
  private static func gather(
    _ shuffled: RawSpan, size: Int, _ count: Int, into bytes: inout MutableRawSpan
  ) {
    for lane in 0..<size {
      for element in 0..<count {
        let byte = shuffled.load(at: lane &* count &+ element, as: UInt8.self)
        bytes.store(byte, at: element &* size &+ lane)
      }
    }
  }
}
