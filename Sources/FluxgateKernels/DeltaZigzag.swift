/// The difference of each channel to its previous row, folded so that small means few bits.
///
/// Rows are interleaved `[row][channel]`, elements little-endian two's complement of 2, 4 or 8
/// bytes, and all arithmetic wraps at that width. With `x` the elements in memory order and `C`
/// the number of channels:
///
///     d[i] = x[i] - x[i - C]                    (x before the first row is 0)
///     z[i] = (d[i] << 1) ^ (d[i] >> (bits - 1)) (arithmetic shift), stored unsigned
///
/// and back: `d = (z >> 1) ^ -(z & 1)`, `x[i] = x[i - C] + d[i]`. The size does not change.
/// Exact for every input and on every machine.
public enum DeltaZigzag {
  /// Replaces `output` by the coded rows.
  ///
  /// - Precondition: `elementSize` is 2, 4 or 8; `rows` is a whole number of rows.
  public static func encode(
    _ rows: RawSpan, elementSize: Int, channels: Int, into output: inout [UInt8]
  ) {
    check(rows.byteCount, elementSize, channels)
    output.resize(to: rows.byteCount)
    var span = output.mutableSpan
    // SAFETY: integers have no invalid bit patterns.
    var bytes = unsafe span.mutableBytes
    switch elementSize {
    case 2: fold(rows, channels: channels, into: &bytes, as: Int16.self)
    case 4: fold(rows, channels: channels, into: &bytes, as: Int32.self)
    default: fold(rows, channels: channels, into: &bytes, as: Int64.self)
    }
  }

  /// Replaces `output` by the rows that `encode` was given.
  ///
  /// - Precondition: `elementSize` is 2, 4 or 8; `coded` is a whole number of rows.
  public static func decode(
    _ coded: RawSpan, elementSize: Int, channels: Int, into output: inout [UInt8]
  ) {
    check(coded.byteCount, elementSize, channels)
    output.resize(to: coded.byteCount)
    var span = output.mutableSpan
    // SAFETY: integers have no invalid bit patterns.
    var bytes = unsafe span.mutableBytes
    switch elementSize {
    case 2: unfold(coded, channels: channels, into: &bytes, as: Int16.self)
    case 4: unfold(coded, channels: channels, into: &bytes, as: Int32.self)
    default: unfold(coded, channels: channels, into: &bytes, as: Int64.self)
    }
  }

  /// ``encode(_:elementSize:channels:into:)`` of an array, as a new array.
  public static func encoded(_ rows: [UInt8], elementSize: Int, channels: Int) -> [UInt8] {
    var output: [UInt8] = []
    // SAFETY: bytes are read as bytes.
    unsafe encode(rows.span.bytes, elementSize: elementSize, channels: channels, into: &output)
    return output
  }

  /// ``decode(_:elementSize:channels:into:)`` of an array, as a new array.
  public static func decoded(_ coded: [UInt8], elementSize: Int, channels: Int) -> [UInt8] {
    var output: [UInt8] = []
    // SAFETY: bytes are read as bytes.
    unsafe decode(coded.span.bytes, elementSize: elementSize, channels: channels, into: &output)
    return output
  }

  private static func check(_ byteCount: Int, _ elementSize: Int, _ channels: Int) {
    precondition([2, 4, 8].contains(elementSize), "element size must be 2, 4 or 8")
    precondition(channels > 0, "at least one channel")
    precondition(byteCount.isMultiple(of: elementSize * channels), "not a whole number of rows")
  }

  @inline(__always)
  private static func fold<Word: FixedWidthInteger & SignedInteger & BitwiseCopyable>(
    _ rows: RawSpan, channels: Int, into bytes: inout MutableRawSpan, as: Word.Type
  ) {
    let size = Word.bitWidth / 8
    let rowSize = channels * size
    for offset in stride(from: 0, to: Swift.min(rowSize, rows.byteCount), by: size) {
      bytes.store(zigzag(rows.load(at: offset, as: Word.self)), at: offset)
    }
    for offset in stride(from: rowSize, to: rows.byteCount, by: size) {
      let past = rows.load(at: offset &- rowSize, as: Word.self)
      bytes.store(zigzag(rows.load(at: offset, as: Word.self) &- past), at: offset)
    }
  }

  @inline(__always)
  private static func unfold<Word: FixedWidthInteger & SignedInteger & BitwiseCopyable>(
    _ coded: RawSpan, channels: Int, into bytes: inout MutableRawSpan, as: Word.Type
  ) {
    let size = Word.bitWidth / 8
    let rowSize = channels * size
    for offset in stride(from: 0, to: Swift.min(rowSize, coded.byteCount), by: size) {
      bytes.store(unzigzag(coded.load(at: offset, as: Word.self)), at: offset)
    }
    for offset in stride(from: rowSize, to: coded.byteCount, by: size) {
      let past = bytes.load(at: offset &- rowSize, as: Word.self)
      bytes.store(past &+ unzigzag(coded.load(at: offset, as: Word.self)), at: offset)
    }
  }

  @inline(__always)
  private static func zigzag<Word: FixedWidthInteger & SignedInteger>(_ value: Word) -> Word {
    (value &<< 1) ^ (value &>> Word(Word.bitWidth - 1))
  }

  /// The logical shift right is an arithmetic one with the sign bit cleared.
  @inline(__always)
  private static func unzigzag<Word: FixedWidthInteger & SignedInteger>(_ folded: Word) -> Word {
    ((folded &>> 1) & Word.max) ^ (0 &- (folded & 1))
  }
}
