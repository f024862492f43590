internal import FluxgateSignal

/// How the samples of one stream lie in a packet, and the rows that are made of them.
struct TioRowFormat: Equatable {
  let sampleType: SampleType
  let sampleSize: Int
  private let types: [TioDataType]

  /// - Returns: nil where the columns fit no sample or no type holds them exactly.
  init?(sampleSize: Int, columns: [TioDataType]) {
    guard !columns.isEmpty, columns.reduce(0, { $0 + $1.byteCount }) <= sampleSize,
      let common = TioDataType.common(columns)
    else { return nil }
    sampleType = common
    self.sampleSize = sampleSize
    types = columns
  }

  /// True where the wire already has the rows as they are kept.
  var isVerbatim: Bool {
    sampleSize == types.count * sampleType.byteCount
      && types.allSatisfy { $0.byteCount == sampleType.byteCount }
  }

  /// Rewrites whole samples as rows, into `rows` from its start.
  func convert(_ samples: RawSpan, into rows: inout [UInt8]) {
    rows.removeAll(keepingCapacity: true)
    for start in stride(from: 0, to: samples.byteCount, by: sampleSize) {
      var offset = start
      for type in types {
        append(type, samples, at: offset, to: &rows)
        offset += type.byteCount
      }
    }
  }

  private func append(
    _ type: TioDataType, _ samples: RawSpan, at offset: Int, to rows: inout [UInt8]
  ) {
    var bits: UInt64
    switch sampleType {
    case .int16, .int32, .int64:
      bits = UInt64(bitPattern: type.integer(samples, at: offset) ?? 0)
    case .float32: bits = UInt64(samples.u32(at: offset) ?? 0)
    case .float64: bits = (type.double(samples, at: offset) ?? 0).bitPattern
    }
    for _ in 0..<sampleType.byteCount {
      rows.append(UInt8(truncatingIfNeeded: bits))
      bits >>= 8
    }
  }
}
