internal import FluxgateSignal

/// A server's header: what its samples are, and how many it has had.
struct FieldTripHeader {
  static let fixedSize = 24
  static let mostChannels = 4096
  static let greatestRate: Float = 1_000_000
  /// Bytes of samples a second beyond which the rings behind would not fit in memory.
  static let mostBytesPerSecond = 64e6

  var channelCount: Int
  var sampleCount: Int
  var eventCount: Int
  var rate: Double
  var type: FieldTripSampleType
  var chunks = FieldTripChunks()

  enum Flaw: Error {
    case tooShort
    case channelCount(Int)
    case rate(Float)
    case byteRate(Double)
    case type(UInt32)
    case chunk(type: UInt32, size: Int)
  }

  /// - Parameter payload: the bytes behind the message's own header.
  init(_ payload: RawSpan, _ order: FieldTripByteOrder) throws(Flaw) {
    guard let channels = order.u32(payload, at: 0), let samples = order.u32(payload, at: 4),
      let events = order.u32(payload, at: 8), let rate = order.f32(payload, at: 12),
      let code = order.u32(payload, at: 16), let chunkBytes = order.u32(payload, at: 20)
    else { throw .tooShort }
    guard (1...UInt32(Self.mostChannels)).contains(channels) else {
      throw .channelCount(Int(channels))
    }
    guard rate.isFinite, rate > 0, rate <= Self.greatestRate else { throw .rate(rate) }
    guard let type = FieldTripSampleType(rawValue: code) else { throw .type(code) }
    guard payload.byteCount == Self.fixedSize + Int(chunkBytes) else { throw .tooShort }
    let byteRate = Double(rate) * Double(channels) * Double(type.kept.byteCount)
    guard byteRate <= Self.mostBytesPerSecond else { throw .byteRate(byteRate) }
    channelCount = Int(channels)
    sampleCount = Int(samples)
    eventCount = Int(events)
    self.rate = Double(rate)
    self.type = type
    try readChunks(payload, order)
  }

  private mutating func readChunks(
    _ payload: RawSpan, _ order: FieldTripByteOrder
  ) throws(Flaw) {
    var offset = Self.fixedSize
    while offset < payload.byteCount {
      guard let type = order.u32(payload, at: offset),
        let size = order.u32(payload, at: offset + 4).map(Int.init)
      else { throw .tooShort }
      offset += 8
      guard size <= payload.byteCount - offset else { throw .chunk(type: type, size: size) }
      chunks.read(
        type, payload.extracting(offset..<offset + size), order, channelCount: channelCount)
      offset += size
    }
  }
}
