/// One TIO packet: type, payload, and the route between a hub's root and the device.
///
/// Source: twinleaf/libtio (MIT). At most 512 bytes: a header of four, the payload, the route.
public struct TioPacket: Sendable, Hashable {
  public static let longest = 512
  static let headerBytes = 4
  public static let longestPayload = 500
  static let longestRoute = 8

  public enum Kind {
    public static let log: UInt8 = 1
    public static let request: UInt8 = 2
    public static let reply: UInt8 = 3
    public static let error: UInt8 = 4
    public static let heartbeat: UInt8 = 5
    /// Timebase, source and stream descriptions of the older dialect.
    static let legacyDescriptions: ClosedRange<UInt8> = 6...8
    public static let metadata: UInt8 = 11
    public static let settingChanged: UInt8 = 12
    static let legacyData: UInt8 = 128
    /// Stream 0 would be the older dialect's; stream n has type 128 + n.
    public static let dataBase: UInt8 = 128
  }

  public var type: UInt8
  public var payload: [UInt8]
  /// Ports from the root to the device: `/0/2` is [0, 2].
  public var route: [UInt8]

  public init(type: UInt8, payload: [UInt8] = [], route: [UInt8] = []) {
    precondition(payload.count <= Self.longestPayload && route.count <= Self.longestRoute)
    self.type = type
    self.payload = payload
    self.route = route
  }

  /// The packet as it stands in a datagram or a TCP stream; the hop nearest the root comes last.
  public var bytes: [UInt8] {
    [type, UInt8(route.count)] + TioBytes.u16(payload.count) + payload + route.reversed()
  }

  /// A call of the method `name` with `argument`.
  public static func request(
    id: UInt16, method name: String, argument: [UInt8] = [], route: [UInt8] = []
  ) -> TioPacket {
    let text = Array(name.utf8)
    return TioPacket(
      type: Kind.request,
      payload: TioBytes.u16(Int(id)) + TioBytes.u16(text.count | 0x8000) + text + argument,
      route: route)
  }

  /// The four bytes before the payload; nil when they cannot open a packet.
  struct Header {
    let type: UInt8
    let payloadBytes: Int
    let routeBytes: Int

    init?(_ bytes: RawSpan) {
      guard let type = bytes.u8(at: 0), let hops = bytes.u8(at: 1), let size = bytes.u16(at: 2)
      else { return nil }
      self.type = type
      payloadBytes = Int(size)
      routeBytes = Int(hops & 0x0F)
      guard ![0, 9, 10, 13].contains(type), payloadBytes <= TioPacket.longestPayload,
        routeBytes <= TioPacket.longestRoute
      else { return nil }
    }

    var packetBytes: Int { TioPacket.headerBytes + payloadBytes + routeBytes }
    var payload: Range<Int> { TioPacket.headerBytes..<TioPacket.headerBytes + payloadBytes }
    var route: Range<Int> { payload.upperBound..<packetBytes }
  }
}

extension TioPacket {
  /// A whole packet; nil when its lengths do not agree with its bytes.
  public init?(_ bytes: RawSpan) {
    guard let header = Header(bytes), header.packetBytes == bytes.byteCount else { return nil }
    type = header.type
    payload = TioBytes.copy(bytes.extracting(header.payload))
    route = TioBytes.copy(bytes.extracting(header.route)).reversed()
  }
}

/// Little-endian numbers as bytes, and bytes out of spans.
public enum TioBytes {
  public static func u16(_ value: Int) -> [UInt8] { little(UInt64(value), 2) }
  public static func u32(_ value: UInt32) -> [UInt8] { little(UInt64(value), 4) }

  /// The `count` lowest bytes of `value`.
  public static func little(_ value: UInt64, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
  }

  static func copy(_ span: RawSpan) -> [UInt8] {
    (0..<span.byteCount).compactMap { span.u8(at: $0) }
  }

  /// `count` bytes as text, with the replacement character where they are not UTF-8.
  static func text(_ span: RawSpan, at offset: Int, count: Int) -> String? {
    guard offset >= 0, count >= 0, offset + count <= span.byteCount else { return nil }
    return String(decoding: copy(span.extracting(offset..<offset + count)), as: UTF8.self)
  }
}
