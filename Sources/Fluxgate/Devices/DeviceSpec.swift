public import FluxgateDSP
public import FluxgateDevice
public import FluxgateSignal
public import FluxgateTransport

/// A device as the technician names it on the command line: `NAME=PROFILE@LINK`.
///
/// LINK is a device node, a host with or without a port, or a USB device: `usb` for the only one,
/// `usb:SERIAL` or `usb:1-1.2`. Without `@LINK` the profile's address and port are taken. A Lab
/// Streaming Layer stream is named by what it says of itself, with or without a host:
/// `eeg=lsl@name=EEG`, `eeg=lsl@type=EEG,source_id=abc@192.0.2.7`.
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
    source.isPlugged = link.hasPlug
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
  /// How a capture writes what passes.
  public let capture: CaptureLink
  /// True for USB and serial links: word of plugs coming and going concerns them.
  public let hasPlug: Bool

  public init(_ profile: DeviceProfile, named link: String?, device: String) throws(Fault) {
    let address = try Self.address(link, profile, device)
    switch profile.transport {
    case .serial, .usb: hasPlug = true
    case .tcp, .udp, .lsl: hasPlug = false
    }
    switch profile.transport {
    case .serial(let baud):
      let place = SerialPlace(path: address, baud: baud, lines: profile.modemLines)
      name = address
      capture = .serial
      open = { (_) throws(TransportError) in try place.open() }
    case .tcp(let usual):
      let (host, port) = try Self.hostAndPort(address, usual)
      name = "\(host):\(port)"
      capture = .tcp(port: port)
      open = { (_) throws(TransportError) in try TCPTransport(host: host, port: port) }
    case .udp(let usual):
      let (host, port) = try Self.hostAndPort(address, usual)
      name = "\(host):\(port)"
      capture = .udp(port: port)
      open = { (_) throws(TransportError) in try UDPTransport(host: host, port: port) }
    case .lsl(let wide):
      let selection = try Self.selection(address, wide)
      name = address
      capture = .lsl
      open = { (_) throws(TransportError) in try LSLTransport(selection, name: address) }
    case .usb(let settings):
      let place = try Self.place(address, settings, profile)
      name = try Self.name(of: place, device) ?? "USB device (\(address))"
      capture = .usb(settings)
      open = { (_) throws(TransportError) in try place.open() }
    }
  }

  private static func selection(
    _ text: String, _ profile: LSLSelection
  ) throws(Fault) -> LSLSelection {
    guard var selection = LSLSelection(text) else {
      throw Fault(
        "C04", "\"\(text)\" names no stream",
        remedy: "write name=EEG, type=EEG or source_id=abc, with a comma between several and "
          + "@HOST behind them for one computer only", exit: .refused)
    }
    selection.sessionID = profile.sessionID
    selection.scope = profile.scope
    selection.peers = profile.peers
    selection.interface = profile.interface
    return selection
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
