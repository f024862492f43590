/// The work of ``BitShuffle``: 64 elements at a time where they are machine words, eight at a time
/// for the rest and for other sizes.
///
/// A 64-element block passes through `lanes`, 8 words per byte lane, word `g` holding that byte of
/// elements `8 g ..< 8 g + 8`.
enum BitPlanes {
  static let blockCount = 64

  @inline(__always)
  static func split<Word: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
    _ elements: RawSpan, _ count: Int, into planes: inout MutableRawSpan, as: Word.Type
  ) {
    let size = Word.bitWidth / 8
    let planeSize = (count + 7) / 8
    var lanes = [UInt64](repeating: 0, count: 8 * size)
    let whole = count & ~(blockCount - 1)
    for first in stride(from: 0, to: whole, by: blockCount) {
      gather(elements, first, into: &lanes, as: Word.self)
      for lane in 0..<size {
        var words = SIMD8<UInt64>()
        for k in 0..<8 { words[k] = lanes[lane &* 8 &+ k] }
        words = BitMatrix.transposeBytes(BitMatrix.transposeBits(words))
        let place = lane &* 8 &* planeSize &+ first / 8
        for k in 0..<8 { planes.store(words[k], at: place &+ k &* planeSize) }
      }
    }
    splitRest(elements, count, size: size, from: whole, into: &planes)
  }

  @inline(__always)
  static func join<Word: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
    _ planes: RawSpan, _ count: Int, into elements: inout MutableRawSpan, as: Word.Type
  ) {
    let size = Word.bitWidth / 8
    let planeSize = (count + 7) / 8
    var lanes = [UInt64](repeating: 0, count: 8 * size)
    let whole = count & ~(blockCount - 1)
    for first in stride(from: 0, to: whole, by: blockCount) {
      for lane in 0..<size {
        let place = lane &* 8 &* planeSize &+ first / 8
        var words = SIMD8<UInt64>()
        for k in 0..<8 { words[k] = planes.load(at: place &+ k &* planeSize, as: UInt64.self) }
        words = BitMatrix.transposeBits(BitMatrix.transposeBytes(words))
        for k in 0..<8 { lanes[lane &* 8 &+ k] = words[k] }
      }
      scatter(lanes, into: &elements, first, as: Word.self)
    }
    joinRest(planes, count, size: size, from: whole, into: &elements)
  }

  /// Eight rows of `8 / size` elements, 8 apart, are an 8 x 8 matrix of bytes whose transpose holds
  /// one byte lane of eight neighbours in each word.
  @inline(__always)
  private static func gather<Word: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
    _ elements: RawSpan, _ first: Int, into lanes: inout [UInt64], as: Word.Type
  ) {
    let size = Word.bitWidth / 8
    let perRow = 8 / size
    for matrix in 0..<size {
      var words = SIMD8<UInt64>()
      for k in 0..<8 {
        var row: UInt64 = 0
        for part in 0..<perRow {
          let at = (first &+ (matrix &* perRow &+ part) &* 8 &+ k) &* size
          let word = UInt64(truncatingIfNeeded: elements.load(at: at, as: Word.self))
          row |= word &<< UInt64(part &* Word.bitWidth)
        }
        words[k] = row
      }
      words = BitMatrix.transposeBytes(words)
      for k in 0..<8 { lanes[(k % size) &* 8 &+ matrix &* perRow &+ k / size] = words[k] }
    }
  }

  /// The inverse of `gather`.
  @inline(__always)
  private static func scatter<Word: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
    _ lanes: [UInt64], into elements: inout MutableRawSpan, _ first: Int, as: Word.Type
  ) {
    let size = Word.bitWidth / 8
    let perRow = 8 / size
    for matrix in 0..<size {
      var words = SIMD8<UInt64>()
      for k in 0..<8 { words[k] = lanes[(k % size) &* 8 &+ matrix &* perRow &+ k / size] }
      words = BitMatrix.transposeBytes(words)
      for k in 0..<8 {
        for part in 0..<perRow {
          let at = (first &+ (matrix &* perRow &+ part) &* 8 &+ k) &* size
          let word = words[k] &>> UInt64(part &* Word.bitWidth)
          elements.store(Word(truncatingIfNeeded: word), at: at)
        }
      }
    }
  }

  /// Elements from `start`, a multiple of eight, to the end; what is missing to eight is zero.
  static func splitRest(
    _ elements: RawSpan, _ count: Int, size: Int, from start: Int,
    into planes: inout MutableRawSpan
  ) {
    let planeSize = (count + 7) / 8
    for group in (start / 8)..<planeSize {
      let present = Swift.min(8, count - 8 * group)
      for lane in 0..<size {
        var word: UInt64 = 0
        for k in 0..<present {
          let byte = elements.load(at: (8 * group + k) * size + lane, as: UInt8.self)
          word |= UInt64(byte) << (8 * k)
        }
        word = BitMatrix.transposeBits(SIMD8(repeating: word))[0]
        for k in 0..<8 {
          let byte = UInt8(truncatingIfNeeded: word >> (8 * k))
          planes.store(byte, at: (8 * lane + k) * planeSize + group)
        }
      }
    }
  }

  /// The inverse of `splitRest`.
  static func joinRest(
    _ planes: RawSpan, _ count: Int, size: Int, from start: Int,
    into elements: inout MutableRawSpan
  ) {
    let planeSize = (count + 7) / 8
    for group in (start / 8)..<planeSize {
      let present = Swift.min(8, count - 8 * group)
      for lane in 0..<size {
        var word: UInt64 = 0
        for k in 0..<8 {
          let byte = planes.load(at: (8 * lane + k) * planeSize + group, as: UInt8.self)
          word |= UInt64(byte) << (8 * k)
        }
        word = BitMatrix.transposeBits(SIMD8(repeating: word))[0]
        for k in 0..<present {
          let byte = UInt8(truncatingIfNeeded: word >> (8 * k))
          elements.store(byte, at: (8 * group + k) * size + lane)
        }
      }
    }
  }
}
