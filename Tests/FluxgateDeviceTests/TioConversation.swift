import FluxgateDevice
import FluxgateSignal

/// A decoder spoken to packet by packet, and a device that answers its metadata requests at once.
final class TioConversation {
  let board = DeviceBoard(name: "talk")
  let port: DevicePort
  private let decoder: any Decoder
  private(set) var now = HostTime(nanoseconds: 1_000_000_000_000_000_000)
  var pieces: [TioMetadata]
  var answersUnknownWithError = false
  /// Every request is refused so; nil for a device that answers.
  var errorCode: UInt8?
  private(set) var requests = 0
  private(set) var heartbeats = 0

  init(_ pieces: [TioMetadata]) {
    self.pieces = pieces
    port = DevicePort(board: board)
    decoder =
      TwinleafDriver.make(
        DriverSetup(category: .cardiac, settings: ["framing": "packets"])
      ).decoder
    decoder.linkOpened(at: now, port: port)
    wait(.milliseconds(60))
  }

  func wait(_ nanoseconds: Int64) {
    let end = now.advanced(by: nanoseconds)
    while let due = decoder.nextWake, due <= end {
      now = due
      decoder.wake(at: due, port: port)
      answer()
    }
    now = end
  }

  func say(_ packet: TioPacket) { say(packet.bytes) }

  func say(_ bytes: [UInt8]) {
    let span = bytes.span.bytes
    decoder.decode(span, at: now, port: port)
    answer()
  }

  func heartbeat(_ session: UInt32) {
    say(TioPacket(type: TioPacket.Kind.heartbeat, payload: TioBytes.u32(session)))
  }

  func data(_ number: Int, segment: UInt8 = 0, stream: UInt8 = 1, _ samples: [UInt8]) {
    say(
      TioPacket(
        type: TioPacket.Kind.dataBase + stream,
        payload: TioBytes.little(UInt64(number), 3) + [segment] + samples))
  }

  private func answer() {
    for bytes in port.takeOutbox() {
      let span = bytes.span.bytes
      guard let packet = TioPacket(span) else { continue }
      if packet.type == TioPacket.Kind.heartbeat { heartbeats += 1 }
      if packet.type == TioPacket.Kind.request { reply(to: packet) }
    }
  }

  private func reply(to request: TioPacket) {
    requests += 1
    let id = Array(request.payload.prefix(2))
    if let errorCode {
      say(TioPacket(type: TioPacket.Kind.error, payload: id + [errorCode, 0]))
      return
    }
    let triples = Array(request.payload.dropFirst(4 + "dev.metadata".utf8.count))
    let asked = stride(from: 0, to: triples.count, by: 3).map { Array(triples[$0..<$0 + 3]) }
    let found = asked.compactMap { triple in pieces.first { Self.triple($0) == triple } }
    if found.count < asked.count, answersUnknownWithError {
      say(TioPacket(type: TioPacket.Kind.error, payload: id + [5, 0]))
      return
    }
    var payload = id
    for piece in found where payload.count + piece.body.count + 2 <= 500 {
      payload += [piece.kind, UInt8(piece.body.count)] + piece.body
    }
    say(TioPacket(type: TioPacket.Kind.reply, payload: payload))
  }

  private static func triple(_ piece: TioMetadata) -> [UInt8] {
    switch piece {
    case .device: [1, 0, 0]
    case .stream(let stream): [2, stream.id, 0]
    case .segment(let segment): [3, segment.streamID, segment.id]
    case .column(let column): [4, column.streamID, UInt8(column.index)]
    }
  }
}

extension TioConversation {
  static func device(session: UInt32 = 7) -> TioMetadata {
    .device(
      TioDevice(session: session, streamCount: 1, name: "Talk", serial: "T1", firmware: "f"))
  }

  static func segment(
    _ id: UInt8 = 0, start: UInt32 = 1000, rate: UInt32 = 100, epoch: TioSegment.Epoch = .unix
  ) -> TioMetadata {
    .segment(
      TioSegment(
        streamID: 1, id: id, epoch: epoch, referenceSession: 7, startTime: start,
        samplingRate: rate, referenceSerial: "T1"))
  }

  /// One stream of these columns, four segments, 100 Hz.
  static func pieces(_ types: [TioDataType], segments: [TioMetadata]? = nil) -> [TioMetadata] {
    let size = types.reduce(0) { $0 + $1.byteCount }
    let stream = TioStream(
      id: 1, columnCount: types.count, segmentCount: 4, sampleSize: size, bufferedSamples: 10,
      name: "s")
    let columns = types.enumerated().map {
      TioMetadata.column(
        TioColumn(
          streamID: 1, index: $0.offset, type: $0.element, name: "c\($0.offset)", units: "nT",
          summary: ""))
    }
    return [device(), .stream(stream)] + (segments ?? [segment()]) + columns
  }
}
