internal import FluxgateSignal

/// A packet of link type RTAC serial (250): twelve bytes before what passed over the line.
///
/// Format: tcpdump.org/linktypes/LINKTYPE_RTAC_SERIAL.html: seconds, microseconds (big-endian), event,
/// control lines, two reserved bytes. The link's state is told by the carrier-detect line, the end of
/// the capture by CAPTURE_COMPLETE.
enum SerialPacket {
  static let linkType: UInt16 = 250
  private static let headerCount = 12
  private static let carrier: UInt8 = 0x02

  private enum Kind: UInt8 {
    case statusChange = 0
    case sent = 3
    case received = 4
    case complete = 6
  }

  static func encode(_ event: CaptureEvent, at time: HostTime) -> [UInt8] {
    switch event {
    case .opened: header(.statusChange, carrier, time)
    case .received(let bytes): header(.received, carrier, time) + bytes
    case .sent(let bytes): header(.sent, carrier, time) + bytes
    case .lost: header(.statusChange, 0, time)
    case .closed: header(.complete, 0, time)
    }
  }

  private static func header(_ kind: Kind, _ lines: UInt8, _ time: HostTime) -> [UInt8] {
    var bytes: [UInt8] = []
    let microseconds = max(0, time.nanoseconds) / 1000
    ByteOrder.big.append(UInt32(truncatingIfNeeded: microseconds / 1_000_000), to: &bytes)
    ByteOrder.big.append(UInt32(microseconds % 1_000_000), to: &bytes)
    return bytes + [kind.rawValue, lines, 0, 0]
  }

  /// Reads packets in their order: a status tells something only when it changes.
  struct Observer {
    private var isUp = false

    mutating func events(of packet: [UInt8]) throws(CaptureFault) -> [CaptureEvent] {
      guard packet.count >= headerCount else { throw .badPacket }
      switch Kind(rawValue: packet[8]) {
      case .statusChange: return status(packet[9] & carrier != 0)
      case .sent: return [.sent(Array(packet[headerCount...]))]
      case .received: return [.received(Array(packet[headerCount...]))]
      case .complete: return [.closed]
      case nil: return []
      }
    }

    private mutating func status(_ found: Bool) -> [CaptureEvent] {
      guard found != isUp else { return [] }
      isUp = found
      return [found ? .opened : .lost]
    }
  }
}
