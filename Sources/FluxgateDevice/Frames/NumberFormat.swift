internal import FluxgateSignal

/// How one number lies in a frame: its type and the order of its bytes.
public struct NumberFormat: Sendable, Hashable {
  enum Kind: String, Sendable, CaseIterable {
    case u8, i8, u16, i16, u24, i24, u32, i32, f32
  }

  let kind: Kind
  let isBigEndian: Bool

  /// As profiles write it: `u8`, `i24be`, `f32le`. Types of one byte have no order.
  init?(_ text: String) {
    if let single = Kind(rawValue: text), single.byteCount == 1 {
      (kind, isBigEndian) = (single, false)
      return
    }
    guard let kind = Kind(rawValue: String(text.dropLast(2))), kind.byteCount > 1,
      text.hasSuffix("be") || text.hasSuffix("le")
    else { return nil }
    self.kind = kind
    isBigEndian = text.hasSuffix("be")
  }

  /// All the names that profiles may write.
  static let names = Kind.allCases.flatMap { kind in
    kind.byteCount == 1 ? [kind.rawValue] : [kind.rawValue + "be", kind.rawValue + "le"]
  }

  var byteCount: Int { kind.byteCount }
  var isUnsigned: Bool { [.u8, .u16, .u24, .u32].contains(kind) }

  /// The code of an integer; nil for a float or beyond the frame.
  func integer(in bytes: RawSpan, at offset: Int) -> Int64? {
    switch kind {
    case .u8: bytes.u8(at: offset).map(Int64.init)
    case .i8: bytes.u8(at: offset).map { Int64(Int8(bitPattern: $0)) }
    case .u16: word16(bytes, offset).map(Int64.init)
    case .i16: word16(bytes, offset).map { Int64(Int16(bitPattern: $0)) }
    case .u24:
      (isBigEndian ? bytes.u24(bigEndianAt: offset) : bytes.u24(at: offset)).map(Int64.init)
    case .i24:
      (isBigEndian ? bytes.i24(bigEndianAt: offset) : bytes.i24(at: offset)).map(Int64.init)
    case .u32: word32(bytes, offset).map(Int64.init)
    case .i32: word32(bytes, offset).map { Int64(Int32(bitPattern: $0)) }
    case .f32: nil
    }
  }

  func float(in bytes: RawSpan, at offset: Int) -> Float? {
    word32(bytes, offset).map(Float.init(bitPattern:))
  }

  private func word16(_ bytes: RawSpan, _ offset: Int) -> UInt16? {
    isBigEndian ? bytes.u16(bigEndianAt: offset) : bytes.u16(at: offset)
  }

  private func word32(_ bytes: RawSpan, _ offset: Int) -> UInt32? {
    isBigEndian ? bytes.u32(bigEndianAt: offset) : bytes.u32(at: offset)
  }
}

extension NumberFormat.Kind {
  var byteCount: Int {
    switch self {
    case .u8, .i8: 1
    case .u16, .i16: 2
    case .u24, .i24: 3
    case .u32, .i32, .f32: 4
    }
  }

  /// The smallest type of recordings that keeps every code of this one.
  var kept: SampleType {
    switch self {
    case .u8, .i8, .i16: .int16
    case .u16, .u24, .i24, .i32: .int32
    case .u32: .int64
    case .f32: .float32
    }
  }
}

extension SampleType {
  /// The smallest type that keeps every code of all these numbers.
  static func keeping(_ formats: [NumberFormat]) -> SampleType {
    let kept = Set(formats.map(\.kind.kept))
    guard kept.contains(.float32) else {
      return kept.contains(.int64) ? .int64 : kept.contains(.int32) ? .int32 : .int16
    }
    return kept.count == 1 || kept == [.float32, .int16] ? .float32 : .float64
  }
}
