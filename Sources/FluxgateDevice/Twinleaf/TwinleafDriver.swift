internal import FluxgateTransport

/// Reads Twinleaf magnetometers (and what else speaks TIO) over a serial line, TCP or UDP.
///
/// Settings: `route` names a device behind a hub, such as `/0/2`; `routes` several, such as
/// `/0 /1 /2`, whose streams are then named by their routes; `line-rate` is the rate that a serial
/// line shall change to, in bits a second. `framing` (`serial`, `packets` or `datagrams`) is for benches: the
/// profile's transport says it.
public enum TwinleafDriver {
  /// Devices on one line.
  static let mostSensors = 32

  public static func make(_ setup: DriverSetup) -> Driver {
    let link = TioLink(setup)
    let routes = routes(setup.settings)
    let sensors = routes.map {
      TioSensor(category: setup.category, link: link, route: $0, isNamed: routes.count > 1)
    }
    return Driver(
      framer: link.isBare ? TioPacketFramer() : TioFramer(),
      decoder: TioDecoder(link: link, sensors: sensors, rateTalk: link.isBare ? nil : talk(setup)))
  }

  private static func routes(_ settings: [String: String]) -> [[UInt8]] {
    guard let several = settings["routes"] else { return [route(settings["route"] ?? "/")] }
    var routes: [[UInt8]] = []
    for text in several.split(whereSeparator: { $0 == " " || $0 == "," }) {
      let next = route(String(text))
      if !routes.contains(next), routes.count < mostSensors { routes.append(next) }
    }
    return routes.isEmpty ? [[]] : routes
  }

  private static func route(_ text: String) -> [UInt8] {
    text.split(separator: "/").prefix(TioPacket.longestRoute).compactMap { UInt8($0) }
  }

  private static func talk(_ setup: DriverSetup) -> TioRateTalk? {
    guard let wanted = setup.settings["line-rate"].flatMap({ UInt32($0) }), wanted > 0 else {
      return nil
    }
    var first: UInt32 = 115_200
    if case .serial(let baud) = setup.profile?.transport { first = baud }
    return wanted == first ? nil : TioRateTalk(first: first, wanted: wanted)
  }
}

/// How packets travel: bare or in the serial envelope, in a stream of bytes or each in a datagram.
struct TioLink {
  var isBare = false
  var isDatagram = false

  init(_ setup: DriverSetup) {
    switch setup.profile?.transport {
    case .tcp: isBare = true
    case .udp:
      isBare = true
      isDatagram = true
    case .serial, .usb, .lsl, nil: break
    }
    switch setup.settings["framing"] {
    case "packets": isBare = true
    case "datagrams":
      isBare = true
      isDatagram = true
    default: break
    }
  }

  func wire(_ packet: TioPacket) -> [UInt8] {
    isBare ? packet.bytes : TioSlip.wrap(packet.bytes)
  }
}
