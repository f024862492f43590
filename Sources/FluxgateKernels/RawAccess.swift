/// Little-endian loads and stores, bounds-checked: the only unsafe lines of the codec kernels.
extension RawSpan {
  @inline(__always)
  func load<Word: FixedWidthInteger & BitwiseCopyable>(at offset: Int, as: Word.Type) -> Word {
    // SAFETY: the offset is checked against the span, and every bit pattern is a valid integer.
    unsafe Word(littleEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: Word.self))
  }
}

extension MutableRawSpan {
  @inline(__always)
  func load<Word: FixedWidthInteger & BitwiseCopyable>(at offset: Int, as: Word.Type) -> Word {
    // SAFETY: the offset is checked against the span, and every bit pattern is a valid integer.
    unsafe Word(littleEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: Word.self))
  }

  @inline(__always)
  mutating func store<Word: FixedWidthInteger & BitwiseCopyable>(_ word: Word, at offset: Int) {
    storeBytes(of: word.littleEndian, toByteOffset: offset, as: Word.self)
  }
}

extension [UInt8] {
  /// Makes the array exactly `byteCount` long, keeping its storage when that is large enough.
  ///
  /// What it then holds is unspecified: the caller writes every byte.
  mutating func resize(to byteCount: Int) {
    if count > byteCount { removeLast(count - byteCount) }
    if count < byteCount { append(contentsOf: repeatElement(0, count: byteCount - count)) }
  }
}
