/// All lowest bits, then all second bits, and so on: the transposition before zstd in codec `fast`.
///
/// For `n` elements of `S` bytes, let `m = n` rounded up to a multiple of 8; elements `n..<m` are
/// zero. The output is `8 * S` planes of `m / 8` bytes each, in order, so `S * m` bytes in all.
/// Plane `p` holds bit `p % 8` of byte `p / 8` of every element (bytes in memory order, bit 0 the
/// lowest): for little-endian integers, bit `p` of the value. Element `i` is bit `i % 8` of byte
/// `i / 8` of the plane:
///
///     bit (i % 8) of out[p * m/8 + i/8] = bit (p % 8) of in[i * S + p/8]
///
/// A decoder drops the `m - n` padding elements without looking at them.
public enum BitShuffle {
  /// The size of the coded form of `elementCount` elements.
  public static func encodedByteCount(elementCount: Int, elementSize: Int) -> Int {
    (elementCount + 7) / 8 * 8 * elementSize
  }

  /// Replaces `output` by the planes.
  ///
  /// - Precondition: `elements` is a whole number of elements.
  public static func encode(_ elements: RawSpan, elementSize: Int, into output: inout [UInt8]) {
    precondition(elementSize > 0, "an element has at least one byte")
    precondition(elements.byteCount.isMultiple(of: elementSize), "not a whole number of elements")
    let count = elements.byteCount / elementSize
    output.resize(to: encodedByteCount(elementCount: count, elementSize: elementSize))
    var span = output.mutableSpan
    // SAFETY: integers have no invalid bit patterns.
    var bytes = unsafe span.mutableBytes
    switch elementSize {
    case 1: BitPlanes.split(elements, count, into: &bytes, as: UInt8.self)
    case 2: BitPlanes.split(elements, count, into: &bytes, as: UInt16.self)
    case 4: BitPlanes.split(elements, count, into: &bytes, as: UInt32.self)
    case 8: BitPlanes.split(elements, count, into: &bytes, as: UInt64.self)
    default: BitPlanes.splitRest(elements, count, size: elementSize, from: 0, into: &bytes)
    }
  }

  /// Replaces `output` by the `elementCount` elements that `encode` was given.
  ///
  /// - Precondition: `planes` has exactly
  ///   ``encodedByteCount(elementCount:elementSize:)`` bytes.
  public static func decode(
    _ planes: RawSpan, elementSize: Int, elementCount: Int, into output: inout [UInt8]
  ) {
    precondition(elementSize > 0, "an element has at least one byte")
    precondition(
      planes.byteCount == encodedByteCount(elementCount: elementCount, elementSize: elementSize),
      "planes of another size")
    output.resize(to: elementCount * elementSize)
    var span = output.mutableSpan
    // SAFETY: integers have no invalid bit patterns.
    var bytes = unsafe span.mutableBytes
    switch elementSize {
    case 1: BitPlanes.join(planes, elementCount, into: &bytes, as: UInt8.self)
    case 2: BitPlanes.join(planes, elementCount, into: &bytes, as: UInt16.self)
    case 4: BitPlanes.join(planes, elementCount, into: &bytes, as: UInt32.self)
    case 8: BitPlanes.join(planes, elementCount, into: &bytes, as: UInt64.self)
    default: BitPlanes.joinRest(planes, elementCount, size: elementSize, from: 0, into: &bytes)
    }
  }

  /// ``encode(_:elementSize:into:)`` of an array, as a new array.
  public static func encoded(_ elements: [UInt8], elementSize: Int) -> [UInt8] {
    var output: [UInt8] = []
    // SAFETY: bytes are read as bytes.
    unsafe encode(elements.span.bytes, elementSize: elementSize, into: &output)
    return output
  }

  /// ``decode(_:elementSize:elementCount:into:)`` of an array, as a new array.
  public static func decoded(_ planes: [UInt8], elementSize: Int, elementCount: Int) -> [UInt8] {
    var output: [UInt8] = []
    // SAFETY: bytes are read as bytes.
    unsafe decode(
      planes.span.bytes, elementSize: elementSize, elementCount: elementCount, into: &output)
    return output
  }
}
