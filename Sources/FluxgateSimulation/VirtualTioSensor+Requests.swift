internal import FluxgateDevice
internal import FluxgateSignal

extension VirtualTioSensor {
  /// Error codes of TIO requests.
  enum RequestError: Int {
    case notFound = 2
    case malformed = 3
    case argumentSize = 4
    case readOnly = 6
    case range = 17
  }

  /// A method and what `rpc.listinfo` says of it: type, size and access.
  private static let methods: [(name: String, meta: UInt16)] = [
    ("dev.name", 0x8103), ("dev.desc", 0x8103), ("dev.serial", 0x8103), ("dev.session", 0x8140),
    ("dev.metadata", 0x0000), ("rpc.listinfo", 0x0000),
  ]

  func answer(to request: TioPacket) -> TioPacket {
    let bytes = request.payload
    guard bytes.count >= 4 else { return error(.malformed, id: [0, 0]) }
    let id = Array(bytes[0..<2])
    let method = Int(bytes[2]) | Int(bytes[3]) << 8
    guard method & 0x8000 != 0 else { return error(.notFound, id: id) }
    let length = method & 0x7FFF
    guard bytes.count >= 4 + length else { return error(.malformed, id: id) }
    let name = String(decoding: bytes[4..<4 + length], as: UTF8.self)
    switch result(of: name, Array(bytes[(4 + length)...])) {
    case .success(let result):
      return TioPacket(type: TioPacket.Kind.reply, payload: id + result, route: route)
    case .failure(let code): return error(code, id: id)
    }
  }

  private enum Outcome {
    case success([UInt8])
    case failure(RequestError)
  }

  private func result(of name: String, _ argument: [UInt8]) -> Outcome {
    switch name {
    case "dev.name": readOnly(Array("SimHeart".utf8), argument)
    case "dev.desc": readOnly(Array("SimHeart virtual magnetometer".utf8), argument)
    case "dev.serial": readOnly(Array(serial.utf8), argument)
    case "dev.session": readOnly(TioBytes.u32(session), argument)
    case "dev.metadata" where legacy == nil: metadata(argument)
    case "data.send_all" where legacy != nil: sendAll()
    case "rpc.list" where legacy != nil: .success(TioBytes.u16(0))
    case "rpc.listinfo": listing(argument)
    default: .failure(.notFound)
    }
  }

  /// The descriptions leave as packets of their own behind the reply.
  private func sendAll() -> Outcome {
    describesSoon = true
    return .success([])
  }

  func error(_ code: RequestError, id: [UInt8]) -> TioPacket {
    TioPacket(type: TioPacket.Kind.error, payload: id + TioBytes.u16(code.rawValue), route: route)
  }

  private func readOnly(_ value: [UInt8], _ argument: [UInt8]) -> Outcome {
    argument.isEmpty ? .success(value) : .failure(.readOnly)
  }

  private func listing(_ argument: [UInt8]) -> Outcome {
    if argument.isEmpty { return .success(TioBytes.u16(Self.methods.count)) }
    guard argument.count == 2 else { return .failure(.argumentSize) }
    let index = Int(argument[0]) | Int(argument[1]) << 8
    guard index < Self.methods.count else { return .failure(.range) }
    let method = Self.methods[index]
    return .success(TioBytes.u16(Int(method.meta)) + Array(method.name.utf8))
  }

  /// Pieces in the order asked for, as many as fit; what there is not is left out.
  private func metadata(_ argument: [UInt8]) -> Outcome {
    guard argument.count % 3 == 0, argument.count <= 48 else { return .failure(.argumentSize) }
    var result: [UInt8] = []
    for piece in argument.isEmpty ? everything : pieces(argument) {
      let body = piece.body
      guard 2 + result.count + 2 + body.count <= TioPacket.longestPayload else { break }
      result += [piece.kind, UInt8(body.count)] + body
    }
    return .success(result)
  }

  private func pieces(_ argument: [UInt8]) -> [TioMetadata] {
    stride(from: 0, to: argument.count, by: 3).compactMap {
      piece(kind: argument[$0], stream: argument[$0 + 1], index: Int(argument[$0 + 2]))
    }
  }

  private var everything: [TioMetadata] {
    [device]
      + streams.flatMap { stream in
        [.stream(stream.info), .segment(stream.segment)] + stream.columns.map(TioMetadata.column)
      }
  }

  private func piece(kind: UInt8, stream id: UInt8, index: Int) -> TioMetadata? {
    if kind == 1 { return device }
    guard let stream = streams.first(where: { $0.info.id == id }) else { return nil }
    switch kind {
    case 2: return .stream(stream.info)
    case 3: return Int(stream.segment.id) == index ? .segment(stream.segment) : nil
    case 4: return index < stream.columns.count ? .column(stream.columns[index]) : nil
    default: return nil
    }
  }

  private var device: TioMetadata {
    .device(
      TioDevice(
        session: session, streamCount: streams.count, name: "SimHeart", serial: serial,
        firmware: "deadbeef"))
  }
}
