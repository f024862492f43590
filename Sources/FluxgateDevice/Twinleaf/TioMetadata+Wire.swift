extension TioDevice {
  static let fixedBytes = 9

  init?(_ body: RawSpan) {
    guard let texts = TioTexts(body, fixedBytes: Self.fixedBytes, lengthsAt: [1, 6, 7]),
      let session = body.u32(at: 2), let streams = body.u8(at: 8)
    else { return nil }
    self.init(
      session: session, streamCount: Int(streams), name: texts[0], serial: texts[1],
      firmware: texts[2])
  }

  var body: [UInt8] {
    [UInt8(Self.fixedBytes), UInt8(name.utf8.count)] + TioBytes.u32(session)
      + [UInt8(serial.utf8.count), UInt8(firmware.utf8.count), UInt8(streamCount)]
      + Array((name + serial + firmware).utf8)
  }
}

extension TioStream {
  static let fixedBytes = 9

  init?(_ body: RawSpan) {
    guard let texts = TioTexts(body, fixedBytes: Self.fixedBytes, lengthsAt: [8]),
      let id = body.u8(at: 1), let columns = body.u8(at: 2), let segments = body.u8(at: 3),
      let size = body.u16(at: 4), let buffered = body.u16(at: 6)
    else { return nil }
    self.init(
      id: id, columnCount: Int(columns), segmentCount: Int(segments), sampleSize: Int(size),
      bufferedSamples: Int(buffered), name: texts[0])
  }

  var body: [UInt8] {
    [UInt8(Self.fixedBytes), id, UInt8(columnCount), UInt8(segmentCount)]
      + TioBytes.u16(sampleSize) + TioBytes.u16(bufferedSamples) + [UInt8(name.utf8.count)]
      + Array(name.utf8)
  }
}

extension TioSegment {
  static let fixedBytes = 27

  init?(_ body: RawSpan) {
    guard let texts = TioTexts(body, fixedBytes: Self.fixedBytes, lengthsAt: [5]),
      let streamID = body.u8(at: 1), let id = body.u8(at: 2), let flags = body.u8(at: 3),
      let epoch = body.u8(at: 4), let session = body.u32(at: 6), let start = body.u32(at: 10),
      let rate = body.u32(at: 14), let decimation = body.u32(at: 18),
      let cutoff = body.f32(at: 22), let filter = body.u8(at: 26)
    else { return nil }
    self.init(
      streamID: streamID, id: id, isValid: flags & 1 != 0, isActive: flags & 2 != 0,
      epoch: Epoch(rawValue: epoch) ?? .invalid, referenceSession: session, startTime: start,
      samplingRate: rate, decimation: decimation, cutoff: cutoff, filter: filter,
      referenceSerial: texts[0])
  }

  var body: [UInt8] {
    let flags: UInt8 = (isValid ? 1 : 0) | (isActive ? 2 : 0)
    return [UInt8(Self.fixedBytes), streamID, id, flags, epoch.rawValue]
      + [UInt8(referenceSerial.utf8.count)] + TioBytes.u32(referenceSession)
      + TioBytes.u32(startTime) + TioBytes.u32(samplingRate) + TioBytes.u32(decimation)
      + TioBytes.u32(cutoff.bitPattern) + [filter] + Array(referenceSerial.utf8)
  }
}

extension TioColumn {
  static let fixedBytes = 7

  init?(_ body: RawSpan) {
    guard let texts = TioTexts(body, fixedBytes: Self.fixedBytes, lengthsAt: [4, 5, 6]),
      let streamID = body.u8(at: 1), let index = body.u8(at: 2),
      let type = body.u8(at: 3).flatMap(TioDataType.init(rawValue:))
    else { return nil }
    self.init(
      streamID: streamID, index: Int(index), type: type, name: texts[0], units: texts[1],
      summary: texts[2])
  }

  var body: [UInt8] {
    [UInt8(Self.fixedBytes), streamID, UInt8(index), type.rawValue]
      + [name, units, summary].map { UInt8($0.utf8.count) } + Array((name + units + summary).utf8)
  }
}

extension TioMetadata {
  /// The body as the wire has it; texts of more than 255 bytes stop the program.
  public var body: [UInt8] {
    switch self {
    case .device(let device): device.body
    case .stream(let stream): stream.body
    case .segment(let segment): segment.body
    case .column(let column): column.body
    }
  }

  /// A metadata packet with these flags: 1 periodic, 2 update, 4 last of its set.
  public func packet(flags: UInt8) -> TioPacket {
    TioPacket(type: TioPacket.Kind.metadata, payload: [kind, flags] + body)
  }
}

/// The texts behind the fixed part of a metadata body.
struct TioTexts {
  private var texts: [String] = []

  /// - Parameter lengthsAt: where the length bytes stand, in the order of the texts.
  init?(_ body: RawSpan, fixedBytes: Int, lengthsAt places: [Int]) {
    guard let stated = body.u8(at: 0), Int(stated) >= fixedBytes, Int(stated) <= body.byteCount
    else { return nil }
    var offset = Int(stated)
    for place in places {
      guard let length = body.u8(at: place),
        let text = TioBytes.text(body, at: offset, count: Int(length))
      else { return nil }
      texts.append(text)
      offset += Int(length)
    }
  }

  subscript(index: Int) -> String { texts[index] }
}
