extension ElementType {
  /// The element at a byte offset as a double; 64-bit codes beyond 2^53 are rounded.
  public func value(in raw: RawSpan, at offset: Int) -> Double {
    switch self {
    case .int16: Double(raw.load(at: offset, as: Int16.self))
    case .int32: Double(raw.load(at: offset, as: Int32.self))
    case .int64: Double(raw.load(at: offset, as: Int64.self))
    case .float32: Double(raw.float32(at: offset))
    case .float64: raw.float64(at: offset)
    }
  }
}
