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
    padded(elementCount) * elementSize
  }

  /// Replaces `output` by the planes.
  ///
  /// - Precondition: `elements` is a whole number of elements.
  public static func encode(_ elements: RawSpan, elementSize: Int, into output: inout [UInt8]) {
    precondition(elementSize > 0, "an element has at least one byte")
    precondition(elements.byteCount.isMultiple(of: elementSize), "not a whole number of elements")
    let padded = padded(elements.byteCount / elementSize)
    var lanes = [UInt8](repeating: 0, count: padded * elementSize)
    output.resize(to: lanes.count)
    var laneSpan = lanes.mutableSpan
    // SAFETY: integers have no invalid bit patterns.
    var laneBytes = unsafe laneSpan.mutableBytes
    ByteShuffle.shuffle(elements, elementSize: elementSize, stride: padded, into: &laneBytes)
    var span = output.mutableSpan
    // SAFETY: as above.
    var bytes = unsafe span.mutableBytes
    for lane in 0..<elementSize {
      split(laneBytes.bytes, from: lane * padded, groups: padded / 8, into: &bytes)
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
    let padded = padded(elementCount)
    precondition(planes.byteCount == padded * elementSize, "planes of another size")
    var lanes = [UInt8](repeating: 0, count: planes.byteCount)
    output.resize(to: elementCount * elementSize)
    var laneSpan = lanes.mutableSpan
    // SAFETY: integers have no invalid bit patterns.
    var laneBytes = unsafe laneSpan.mutableBytes
    for lane in 0..<elementSize {
      join(planes, to: lane * padded, groups: padded / 8, into: &laneBytes)
    }
    var span = output.mutableSpan
    // SAFETY: as above.
    var bytes = unsafe span.mutableBytes
    ByteShuffle.unshuffle(
      laneBytes.bytes, elementSize: elementSize, stride: padded, elementCount: elementCount,
      into: &bytes)
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

  private static func padded(_ count: Int) -> Int { (count + 7) / 8 * 8 }

  /// One byte lane of `8 * groups` elements into its eight planes, 64 elements at a time.
  @inline(__always)
  private static func split(
    _ lanes: RawSpan, from start: Int, groups: Int, into bytes: inout MutableRawSpan
  ) {
    let whole = groups & ~7
    for group in stride(from: 0, to: whole, by: 8) {
      var words = SIMD8<UInt64>()
      for k in 0..<8 { words[k] = lanes.load(at: start &+ (group &+ k) &* 8, as: UInt64.self) }
      words = BitMatrix.transposeBytes(BitMatrix.transposeBits(words))
      for k in 0..<8 { bytes.store(words[k], at: start &+ k &* groups &+ group) }
    }
    for group in whole..<groups {
      let word = lanes.load(at: start &+ group &* 8, as: UInt64.self)
      let planes = BitMatrix.transposeBits(SIMD8(repeating: word))[0]
      for k in 0..<8 {
        bytes.store(UInt8(truncatingIfNeeded: planes >> (8 * k)), at: start &+ k &* groups &+ group)
      }
    }
  }

  /// The inverse of `split`: both transpositions are their own inverses.
  @inline(__always)
  private static func join(
    _ planes: RawSpan, to start: Int, groups: Int, into lanes: inout MutableRawSpan
  ) {
    let whole = groups & ~7
    for group in stride(from: 0, to: whole, by: 8) {
      var words = SIMD8<UInt64>()
      for k in 0..<8 { words[k] = planes.load(at: start &+ k &* groups &+ group, as: UInt64.self) }
      words = BitMatrix.transposeBits(BitMatrix.transposeBytes(words))
      for k in 0..<8 { lanes.store(words[k], at: start &+ (group &+ k) &* 8) }
    }
    for group in whole..<groups {
      var word: UInt64 = 0
      for k in 0..<8 {
        word |= UInt64(planes.load(at: start &+ k &* groups &+ group, as: UInt8.self)) << (8 * k)
      }
      lanes.store(BitMatrix.transposeBits(SIMD8(repeating: word))[0], at: start &+ group &* 8)
    }
  }
}
