/// The records of one link of a capture, in the order of the file.
public final class CaptureRecords {
  /// The link's name; nil until it was met in the file.
  public private(set) var interface: CaptureInterface?
  private let wanted: String?
  private let usb: USBCaptureChoice?
  private let reader: CaptureReader
  private var observer: Observer?
  private var waiting: [CaptureRecord] = []

  private enum Observer {
    case serial(SerialPacket.Observer)
    case tcp(TCPObserver)
    case usb(USBObserver)
  }

  /// - Parameters:
  ///   - interface: the device's name; nil for the first link of the file.
  ///   - usb: which device of a USB capture is meant; nil for the first with data.
  public init(
    path: String, interface: String?, usb: USBCaptureChoice? = nil
  ) throws(TransportError) {
    reader = try CaptureReader(path: path)
    wanted = interface
    self.usb = usb
  }

  /// - Returns: nil at the end of the file.
  public func next() throws(TransportError) -> CaptureRecord? {
    while waiting.isEmpty {
      guard let packet = try reader.next() else { return try end() }
      guard isWanted(packet) else { continue }
      do throws(CaptureFault) {
        waiting = try records(of: packet)
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
    guard case .usb(var usb) = observer else { return nil }
    // Asked once: what the end decides is said once.
    observer = nil
    return usb.finish().first
  }

  private func isWanted(_ packet: CaptureReader.Packet) -> Bool {
    let found = reader.interfaces[packet.interface]
    return wanted.map { $0 == found.name } ?? (packet.interface == 0)
  }

  private func records(of packet: CaptureReader.Packet) throws(CaptureFault) -> [CaptureRecord] {
    if observer == nil {
      let found = reader.interfaces[packet.interface]
      observer = try observer(of: found.linkType)
      interface = found
    }
    // A bus carries more than this device: its observer judges what is cut.
    if case .usb(var usb) = observer {
      defer { observer = .usb(usb) }
      return try usb.records(of: packet)
    }
    guard packet.isWhole else { throw .badPacket }
    return try events(of: packet).map { CaptureRecord(time: packet.time, event: $0) }
  }

  private func events(of packet: CaptureReader.Packet) throws(CaptureFault) -> [CaptureEvent] {
    switch observer {
    case .serial(var serial):
      defer { observer = .serial(serial) }
      return try serial.events(of: packet.bytes)
    case .tcp(var tcp):
      defer { observer = .tcp(tcp) }
      return try tcp.events(of: packet.bytes)
    case .usb, nil: return []
    }
  }

  private func observer(of linkType: UInt16) throws(CaptureFault) -> Observer {
    switch linkType {
    case SerialPacket.linkType: .serial(SerialPacket.Observer())
    case TCPSegment.linkType: .tcp(TCPObserver())
    case USBPacket.linkType, USBPacket.shortLinkType:
      .usb(USBObserver(linkType: linkType, choice: usb))
    default: throw .unknownLinkType(linkType)
    }
  }
}
