/// The only requests that Fluxgate can build for a Dexcom receiver: each of them reads.
///
/// The receiver also knows commands that set clocks, erase its database or shut it down. They have
/// no case here, so no code can send them. Codes and payloads as restated from ecc1/dexcom and
/// openaps/dexcom_reader (MIT).
public enum DexcomCommand: Sendable, Hashable {
  case ping
  case firmwareHeader
  case partitionInfo
  case pageRange(type: UInt8)
  /// `count` is held to 1...4, the most that a receiver has been seen to answer.
  case pages(type: UInt8, first: UInt32, count: UInt8)
  case pageHeader(type: UInt8, page: UInt32)
  case transmitterID
  case language
  case displayTimeOffset
  case realTimeClock
  case batteryLevel
  case systemTime
  case systemTimeOffset
  case glucoseUnit
  case blindedMode
  case clockMode
  case batteryState

  /// The whole packet: start byte, length, code, payload, CRC.
  public var packet: [UInt8] {
    let payload = payload
    let length = payload.count + 6
    var bytes: [UInt8] = [1, UInt8(length & 0xFF), UInt8(length >> 8), code]
    bytes += payload
    let check = CRC16.xmodem(bytes)
    return bytes + [UInt8(check & 0xFF), UInt8(check >> 8)]
  }

  /// The longest reply that can belong to this request, start byte and CRC included.
  var longestReply: Int {
    switch self {
    case .ping: 6
    case .pageRange: 14
    case .pages(_, _, let count): 6 + Self.held(count) * DexcomPage.byteCount
    case .pageHeader: 6 + DexcomPage.headerByteCount
    case .displayTimeOffset, .realTimeClock, .batteryLevel, .systemTime, .systemTimeOffset: 10
    case .glucoseUnit, .blindedMode, .clockMode, .batteryState: 7
    case .language: 8
    case .transmitterID: 32
    case .firmwareHeader, .partitionInfo: DexcomFramer.longestPacket
    }
  }

  var code: UInt8 {
    switch self {
    case .ping: 10
    case .firmwareHeader: 11
    case .partitionInfo: 15
    case .pageRange: 16
    case .pages: 17
    case .pageHeader: 18
    case .transmitterID: 25
    case .language: 27
    case .displayTimeOffset: 29
    case .realTimeClock: 31
    case .batteryLevel: 33
    case .systemTime: 34
    case .systemTimeOffset: 35
    case .glucoseUnit: 37
    case .blindedMode: 39
    case .clockMode: 41
    case .batteryState: 48
    }
  }

  private var payload: [UInt8] {
    switch self {
    case .pageRange(let type): [type]
    case .pages(let type, let first, let count):
      [type] + Self.littleEndian(first) + [UInt8(Self.held(count))]
    case .pageHeader(let type, let page): [type] + Self.littleEndian(page)
    default: []
    }
  }

  private static func held(_ count: UInt8) -> Int { Int(min(max(count, 1), 4)) }

  private static func littleEndian(_ number: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
  }
}
