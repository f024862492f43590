internal import FluxgateSignal

/// What stands before the coded rows inside the seal (``RecordingFormat``, "Plaintext").
struct ChunkPrefix: Hashable {
  var codec: ChunkCodec
  var type: StoredType
  var columns: UInt32
  var rowCount: UInt32
  var firstSample: UInt64
  var firstTime: Int64
  var lastTime: Int64
  var gaps: [Discontinuity]

  static let fixedByteCount = 40
  static let gapByteCount = 24

  var encoded: [UInt8] {
    var bytes: [UInt8] = [1, codec.rawValue, type.rawValue, 0]
    bytes.append(littleEndian: columns)
    bytes.append(littleEndian: rowCount)
    bytes.append(littleEndian: UInt16(gaps.count))
    bytes.append(littleEndian: UInt16(0))
    bytes.append(littleEndian: firstSample)
    bytes.append(littleEndian: firstTime)
    bytes.append(littleEndian: lastTime)
    for gap in gaps {
      bytes.append(littleEndian: gap.row)
      bytes.append(contentsOf: [gap.reason.rawValue, 0, 0, 0])
      bytes.append(littleEndian: gap.missing)
      bytes.append(littleEndian: gap.timeStep)
    }
    return bytes
  }

  /// Takes the prefix from the front of `reader`. Throws the offset of the first wrong byte.
  init(from reader: inout LittleEndianReader) throws(ChunkFault) {
    func need<Value>(_ value: Value?) throws(ChunkFault) -> Value {
      guard let value else { throw .prefix(offset: reader.offset) }
      return value
    }
    guard try need(reader.number(UInt8.self)) == 1 else { throw .prefix(offset: 0) }
    let code = try need(reader.number(UInt8.self))
    guard let codec = ChunkCodec(rawValue: code) else { throw .codec(code) }
    self.codec = codec
    type = try need(StoredType(rawValue: need(reader.number(UInt8.self))))
    guard try need(reader.number(UInt8.self)) == 0 else { throw .prefix(offset: 3) }
    columns = try need(reader.number())
    rowCount = try need(reader.number())
    let gapCount: UInt16 = try need(reader.number())
    guard try need(reader.number(UInt16.self)) == 0 else { throw .prefix(offset: 14) }
    firstSample = try need(reader.number())
    firstTime = try need(reader.number())
    lastTime = try need(reader.number())
    gaps = []
    guard gapCount <= ChunkContent.mostGaps else { throw .discontinuities(count: Int(gapCount)) }
    for number in 0..<Int(gapCount) {
      guard let gap = Self.gap(from: &reader) else { throw .discontinuity(number: number) }
      gaps.append(gap)
    }
  }

  init(_ content: ChunkContent, of dataset: DatasetDescription, codec: ChunkCodec) {
    self.codec = codec
    type = dataset.type
    columns = dataset.columns
    rowCount = content.rowCount
    firstSample = content.firstSample
    firstTime = content.firstTime
    lastTime = content.lastTime
    gaps = content.gaps
  }

  private static func gap(from reader: inout LittleEndianReader) -> Discontinuity? {
    guard let row = reader.number(UInt32.self), let code = reader.number(UInt8.self),
      let reason = DiscontinuityReason(rawValue: code), let zero = reader.take(3),
      zero.allSatisfy({ $0 == 0 }), let missing = reader.number(UInt64.self),
      let timeStep = reader.number(Int64.self)
    else { return nil }
    return Discontinuity(row: row, reason: reason, missing: missing, timeStep: timeStep)
  }
}
