public import FluxgateDevice
internal import FluxgateSignal
internal import FluxgateTransport

/// The links of a capture as devices of a session, or of a run in memory.
public struct CaptureReplay: Sendable {
  public let path: String
  public let devices: [ReplayedDevice]

  /// Reads the whole capture once, so that damage is told before anything is started.
  ///
  /// - Parameters:
  ///   - profiles: profile names by device name; where one is given, only the devices named there
  ///     are replayed. Without any, each link's own description names its profile.
  ///   - speed: 1 for the capture's own pace; nil for as fast as it goes.
  public init(
    path: String, profiles: [(device: String, profile: String)] = [], library: ProfileLibrary,
    speed: Double? = nil
  ) throws(Fault) {
    let found = try Self.interfaces(path)
    let wanted = try Self.choose(found, profiles, path)
    var devices: [ReplayedDevice] = []
    for (interface, device, profile) in wanted {
      guard let profile = library[profile] else {
        throw .unknownProfile(profile, known: library)
      }
      let link = ReplayLink(
        path: path, interface: interface, usb: profile.captureChoice, speed: speed)
      try link.check()
      devices.append(try ReplayedDevice(name: device, profile: profile, link: link))
    }
    self.path = path
    self.devices = devices
  }

  private static func interfaces(_ path: String) throws(Fault) -> [CaptureInterface] {
    do throws(TransportError) {
      return try CaptureReader.interfaces(path: path)
    } catch {
      throw .capture(error, path: path)
    }
  }

  private static func choose(
    _ found: [CaptureInterface], _ profiles: [(device: String, profile: String)], _ path: String
  ) throws(Fault) -> [(interface: String, device: String, profile: String)] {
    guard !profiles.isEmpty else {
      return try found.map { (interface) throws(Fault) in
        guard !interface.profile.isEmpty else { throw .unnamedProfile(interface.name, path) }
        return (interface.name, interface.name, interface.profile)
      }
    }
    return try profiles.map { (wanted) throws(Fault) in
      if found.contains(where: { $0.name == wanted.device }) {
        return (wanted.device, wanted.device, wanted.profile)
      }
      // A capture from elsewhere calls its only link something else; a USB bus carries many devices.
      guard found.count == 1, profiles.count == 1 || found[0].isUSB else {
        throw .absentLink(wanted.device, in: found, path)
      }
      return (found[0].name, wanted.device, wanted.profile)
    }
  }

}

extension DeviceProfile {
  /// How its device is told from the others of a captured bus; nil where the link is its own.
  fileprivate var captureChoice: USBCaptureChoice? {
    guard case .usb(let settings) = transport else { return nil }
    return USBCaptureChoice(settings: settings, numbers: match.usb)
  }
}

/// One link of a capture with the device's profile.
public struct ReplayedDevice: Sendable {
  public let source: DeviceSource
  private let link: ReplayLink

  init(name: String, profile: DeviceProfile, link: ReplayLink) throws(Fault) {
    let spec = try DeviceSpec.parse("\(name)=\(profile.name)")
    var source = DeviceSource(
      name: name, link: link.path, category: profile.category, settings: profile.settings,
      chain: try spec.chain(of: profile),
      open: { (time) throws(TransportError) in try link.open(at: time) },
      driver: { DriverTable.make(profile, $0) })
    source.isReplayed = true
    self.source = source
    self.link = link
  }

  /// How the driver's bytes differed from those captured; once its thread has ended.
  public var sent: ReplayRun.Sent {
    ReplayRun.Sent(device: source.name, differences: link.differences)
  }
}

/// Opens a capture's link the first time and has it opened anew after that.
// SAFETY: `transport` belongs to the device's thread until that has ended.
final class ReplayLink: @unchecked Sendable {
  let path: String
  private let interface: String
  private let usb: USBCaptureChoice?
  private let speed: Double?
  private var transport: ReplayTransport?

  init(path: String, interface: String, usb: USBCaptureChoice?, speed: Double?) {
    self.path = path
    self.interface = interface
    self.usb = usb
    self.speed = speed
  }

  var differences: SentDifferences { transport?.differences ?? SentDifferences() }

  /// Reads the link once from start to end, so that damage is told before anything is started.
  func check() throws(Fault) {
    do throws(TransportError) {
      let records = try CaptureRecords(path: path, interface: interface, usb: usb)
      while try records.next() != nil {}
    } catch {
      throw .capture(error, path: path)
    }
  }

  func open(at time: HostTime) throws(TransportError) -> any Transport {
    if let transport { return try transport.reopen(at: time) }
    let fresh = try ReplayTransport(
      path: path, interface: interface, usb: usb, speed: speed)
    transport = fresh
    return fresh
  }
}
