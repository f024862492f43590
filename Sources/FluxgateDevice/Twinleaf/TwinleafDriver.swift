/// Reads Twinleaf magnetometers (and what else speaks TIO) over a serial line or a TCP proxy.
///
/// Settings: `framing` is `serial` (the default) or `packets` for a TCP proxy; `route` names a device
/// behind a hub, such as `/0/2`.
public enum TwinleafDriver {
  public static func make(_ setup: DriverSetup) -> Driver {
    let isBare = setup.settings["framing"] == "packets"
    let link = TioLink(route: route(setup.settings["route"] ?? "/"), isBare: isBare)
    return Driver(
      framer: isBare ? TioPacketFramer() : TioFramer(),
      decoder: TioDecoder(category: setup.category, link: link))
  }

  private static func route(_ text: String) -> [UInt8] {
    text.split(separator: "/").prefix(TioPacket.longestRoute).compactMap { UInt8($0) }
  }
}

/// How packets travel to the device: the way through hubs, and bare or in the serial envelope.
struct TioLink {
  let route: [UInt8]
  let isBare: Bool

  func wire(_ packet: TioPacket) -> [UInt8] {
    isBare ? packet.bytes : TioSlip.wrap(packet.bytes)
  }
}
