public import FluxgateDSP
public import FluxgateDevice
public import FluxgateSignal
public import FluxgateTransport

/// A device as the technician names it on the command line: `NAME=PROFILE@LINK`.
///
/// LINK is a device node, a host with or without a port, or a USB device: `usb` for the only one,
/// `usb:SERIAL` or `usb:1-1.2`. Without `@LINK` the profile's address and port are taken.
public struct DeviceSpec: Sendable, Hashable {
  public let name: String
  public let profile: String
  public let link: String?

  public static func parse(_ text: String) throws(Fault) -> DeviceSpec {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let rest = parts.count == 2 ? parts[1].split(separator: "@", maxSplits: 1) : []
    let isName = { (name: Substring) in
      !name.isEmpty && name.count <= 32
        && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
    }
    guard parts.count == 2, isName(parts[0]), (1...2).contains(rest.count) else {
      throw Fault(
        "C01", "\"\(text)\" names no device",
        remedy: "write NAME=PROFILE@LINK, like heart=twinleaf-tio@/dev/ttyUSB0", exit: .refused)
    }
    return DeviceSpec(
      name: String(parts[0]), profile: String(rest[0]),
      link: rest.count == 2 ? String(rest[1]) : nil)
  }

  /// The device ready for a session.
  public func source(_ profiles: ProfileLibrary) throws(Fault) -> DeviceSource {
    guard let profile = profiles[profile] else {
      let known = profiles.profiles.map(\.name).joined(separator: ", ")
      throw Fault(
        "C02", "no profile is called \(profile)", remedy: "choose one of: \(known)",
        exit: .refused)
    }
    let link = try DeviceLink(profile, named: link, device: name)
    var source = DeviceSource(
      name: name, link: link.name, category: profile.category, settings: profile.settings,
      chain: try chain(of: profile), open: link.open,
      driver: { DriverTable.make(profile, $0) })
    source.isPlugged = link.port == nil
    return source
  }

  /// The profile's stage chain.
  public func chain(of profile: DeviceProfile) throws(Fault) -> ChainDefinition? {
    guard let stages = profile.stages else { return nil }
    do throws(ChainError) {
      return try ChainDefinition(text: stages)
    } catch {
      throw Fault(
        "C03", "profile \(profile.name): its stages cannot be read",
        remedy: "`fluxgate profile check` shows where", cause: "\(error)", exit: .refused)
    }
  }
}

/// How a device's link is opened.
public struct DeviceLink: Sendable {
  public let name: String
  public let open: @Sendable (HostTime) throws(TransportError) -> any Transport
  /// The port of a TCP link; nil for one with a plug.
  public let port: UInt16?

  public init(_ profile: DeviceProfile, named link: String?, device: String) throws(Fault) {
    let address = try Self.address(link, profile, device)
    switch profile.transport {
    case .serial(let baud):
      let place = SerialPlace(path: address, baud: baud, lines: profile.modemLines)
      name = address
      port = nil
      open = { (_) throws(TransportError) in try place.open() }
    case .tcp(let usual):
      let (host, port) = try Self.hostAndPort(address, usual)
      name = "\(host):\(port)"
      self.port = port
      open = { (_) throws(TransportError) in try TCPTransport(host: host, port: port) }
    case .usb(let settings):
      let place = try Self.place(address, settings, profile)
      name = try Self.name(of: place, device) ?? "USB device (\(address))"
      port = nil
      open = { (_) throws(TransportError) in try place.open() }
    }
  }

  private static func hostAndPort(
    _ text: String, _ usual: UInt16
  ) throws(Fault) -> (String, UInt16) {
    guard let colon = text.lastIndex(of: ":") else { return (text, usual) }
    guard let port = UInt16(text[text.index(after: colon)...]), port > 0 else {
      throw Fault("C04", "\"\(text)\" is no address", remedy: "write HOST:PORT", exit: .refused)
    }
    return (String(text[..<colon]), port)
  }
}
