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
  var names: [String] = []
  var resolutions: [Double] = []

  enum Flaw: Error {
    case tooShort
    case channelCount(Int)
    case rate(Float)
    case byteRate(Double)
    case type(UInt32)
    case chunk(type: UInt32, size: Int)
  }

  /// - Parameter payload: the bytes behind the message's own header.
  init(_ payload: RawSpan) throws(Flaw) {
    guard let channels = payload.u32(at: 0), let samples = payload.u32(at: 4),
      let events = payload.u32(at: 8), let rate = payload.f32(at: 12),
      let code = payload.u32(at: 16),
      let chunkBytes = payload.u32(at: 20)
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
    try readChunks(payload)
  }

  private mutating func readChunks(_ payload: RawSpan) throws(Flaw) {
    var offset = Self.fixedSize
    while offset < payload.byteCount {
      guard let type = payload.u32(at: offset), let size = payload.u32(at: offset + 4).map(Int.init)
      else { throw .tooShort }
      offset += 8
      guard size <= payload.byteCount - offset else { throw .chunk(type: type, size: size) }
      read(type, payload.extracting(offset..<offset + size))
      offset += size
    }
  }

  private mutating func read(_ type: UInt32, _ chunk: RawSpan) {
    switch type {
    case 1: names = Self.names(chunk, most: channelCount)
    case 3: resolutions = (0..<channelCount).compactMap { chunk.f64(at: $0 * 8) }
    default: break
    }
  }

  private static func names(_ chunk: RawSpan, most: Int) -> [String] {
    var names: [String] = []
    var name: [UInt8] = []
    for offset in 0..<chunk.byteCount where names.count < most {
      guard let byte = chunk.u8(at: offset), byte != 0 else {
        names.append(String(decoding: name, as: UTF8.self))
        name.removeAll(keepingCapacity: true)
        continue
      }
      if name.count < 64 { name.append(byte) }
    }
    return names
  }
}
