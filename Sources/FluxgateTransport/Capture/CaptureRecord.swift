public import FluxgateSignal

/// What passed over one link at one moment.
public struct CaptureRecord: Sendable, Hashable {
  public var time: HostTime
  public var event: CaptureEvent

  public init(time: HostTime, event: CaptureEvent) {
    self.time = time
    self.event = event
  }
}

public enum CaptureEvent: Sendable, Hashable {
  case opened
  case received([UInt8])
  case sent([UInt8])
  /// The device or the cable went away.
  case lost
  /// The gateway ended the link or the capture.
  case closed
}

/// The kind of a captured link, which decides how its packets look.
public enum CaptureLink: Sendable, Hashable {
  case serial
  /// `port` is the device's.
  case tcp(port: UInt16)
  /// One interface of a USB device.
  case usb(USBLinkSettings)

  var linkType: UInt16 {
    switch self {
    case .serial: SerialPacket.linkType
    case .tcp: TCPSegment.linkType
    case .usb: USBPacket.linkType
    }
  }
}

/// One link of a capture file.
public struct CaptureInterface: Sendable, Hashable {
  /// The device's name in the session, or "interface 3" where the file has none.
  public var name: String
  /// From the registry of link types at tcpdump.org.
  public var linkType: UInt16
  /// Name of the device's profile, from the interface's description; empty where there is none.
  public var profile = ""
  /// What the capturing program said of the link.
  public var comment = ""

  /// Whether it is a bus that several devices share, as usbmon captures it.
  public var isUSB: Bool {
    linkType == USBPacket.linkType || linkType == USBPacket.shortLinkType
  }
}
