/// The records of one link of a capture, in the order of the file.
public final class CaptureRecords {
  /// The link's name; nil until it was met in the file.
  public private(set) var interface: CaptureInterface?
  private let wanted: String?
  private let reader: CaptureReader
  private var observer: Observer?
  private var waiting: [CaptureRecord] = []

  private enum Observer {
    case serial(SerialPacket.Observer)
    /// Packets of IPv4; the first that carries TCP or UDP tells which it is.
    case undecided
    case tcp(TCPObserver)
    case udp(UDPObserver)
    case lsl(LSLObserver)
  }

  /// - Parameter interface: the device's name; nil for the first link of the file.
  public init(path: String, interface: String?) throws(TransportError) {
    reader = try CaptureReader(path: path)
    wanted = interface
  }

  /// - Returns: nil at the end of the file.
  public func next() throws(TransportError) -> CaptureRecord? {
    while waiting.isEmpty {
      guard let packet = try reader.next() else { return try end() }
      guard isWanted(packet) else { continue }
      do throws(CaptureFault) {
        guard packet.isWhole else { throw .badPacket }
        waiting = try events(of: packet).map { CaptureRecord(time: packet.time, event: $0) }
      } catch {
        throw .damagedCapture(offset: packet.offset, error)
      }
    }
    return waiting.removeFirst()
  }

  private func end() throws(TransportError) -> CaptureRecord? {
    if interface == nil, !reader.interfaces.contains(where: { $0.name == wanted ?? $0.name }) {
      throw .damagedCapture(offset: reader.offset, .noInterface)
    }
    return nil
  }

  private func isWanted(_ packet: CaptureReader.Packet) -> Bool {
    let found = reader.interfaces[packet.interface]
    return wanted.map { $0 == found.name } ?? (packet.interface == 0)
  }

  private func events(of packet: CaptureReader.Packet) throws(CaptureFault) -> [CaptureEvent] {
    if observer == nil {
      let found = reader.interfaces[packet.interface]
      observer = try Self.observer(of: found.linkType)
      interface = found
    }
    if case .undecided = observer { decide(by: packet.bytes) }
    switch observer {
    case .serial(var serial):
      defer { observer = .serial(serial) }
      return try serial.events(of: packet.bytes)
    case .tcp(var tcp):
      defer { observer = .tcp(tcp) }
      return try tcp.events(of: packet.bytes)
    case .udp(var udp):
      defer { observer = .udp(udp) }
      return try udp.events(of: packet.bytes)
    case .lsl(var lsl):
      defer { observer = .lsl(lsl) }
      return try lsl.events(of: packet.bytes)
    case .undecided, nil: return []
    }
  }

  private func decide(by packet: [UInt8]) {
    switch IPv4Header.carried(by: packet) {
    case IPv4Header.tcp: observer = .tcp(TCPObserver())
    case IPv4Header.udp: observer = .udp(UDPObserver())
    default: break
    }
  }

  private static func observer(of linkType: UInt16) throws(CaptureFault) -> Observer {
    switch linkType {
    case SerialPacket.linkType: .serial(SerialPacket.Observer())
    case IPv4Header.linkType: .undecided
    case LSLConversation.linkType: .lsl(LSLObserver())
    default: throw .unknownLinkType(linkType)
    }
  }
}
