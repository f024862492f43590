/// Checked reads, little-endian unless they say otherwise: nil where the number would not lie wholly inside the span.
///
/// Every decoder reads its numbers through these, so that what a device says can never make one
/// read beyond a frame.
extension RawSpan {
  public func u8(at offset: Int) -> UInt8? { load(UInt8.self, at: offset) }

  public func u16(at offset: Int) -> UInt16? { load(UInt16.self, at: offset) }

  public func u24(at offset: Int) -> UInt32? {
    guard let low = u16(at: offset), let high = u8(at: offset + 2) else { return nil }
    return UInt32(high) << 16 | UInt32(low)
  }

  /// Sign-extended.
  public func i24(at offset: Int) -> Int32? {
    u24(at: offset).map { Int32(bitPattern: $0 << 8) >> 8 }
  }

  public func u32(at offset: Int) -> UInt32? { load(UInt32.self, at: offset) }

  public func u64(at offset: Int) -> UInt64? { load(UInt64.self, at: offset) }

  public func f32(at offset: Int) -> Float? { u32(at: offset).map(Float.init(bitPattern:)) }

  public func f64(at offset: Int) -> Double? { u64(at: offset).map(Double.init(bitPattern:)) }

  public func u16(bigEndianAt offset: Int) -> UInt16? { u16(at: offset)?.byteSwapped }

  public func u24(bigEndianAt offset: Int) -> UInt32? {
    u24(at: offset).map { $0.byteSwapped >> 8 }
  }

  /// Sign-extended.
  public func i24(bigEndianAt offset: Int) -> Int32? {
    u24(at: offset).map { Int32(bitPattern: $0.byteSwapped) >> 8 }
  }

  public func u32(bigEndianAt offset: Int) -> UInt32? { u32(at: offset)?.byteSwapped }

  public func f32(bigEndianAt offset: Int) -> Float? {
    u32(bigEndianAt: offset).map(Float.init(bitPattern:))
  }

  /// The only unchecked read; `offset` may be anything.
  private func load<Number: FixedWidthInteger & BitwiseCopyable>(
    _ type: Number.Type, at offset: Int
  ) -> Number? {
    let size = Number.bitWidth / 8
    guard offset >= 0, byteCount >= size, offset <= byteCount - size else { return nil }
    // SAFETY: offset...offset + size lies inside the span by the check above, and every bit
    // pattern is an integer.
    let stored = unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: type)
    return Number(littleEndian: stored)
  }
}
