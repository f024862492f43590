internal import FluxgateSignal
internal import Glibc

/// Where one device of a recording is opened, and taken back by identity after each loss.
public final class USBPlace: Sendable {
  public let settings: USBLinkSettings
  private let choice: USBChoice
  private let isWanted: @Sendable (USBDevice) -> Bool
  /// What was opened first; from then on nothing else will do.
  private let identity = AppendLog<USBIdentity>(capacity: 1)

  /// - Parameter isWanted: whether a device may be the profile's, by numbers and product text.
  public init(
    settings: USBLinkSettings, choice: USBChoice,
    isWanted: @escaping @Sendable (USBDevice) -> Bool
  ) {
    self.settings = settings
    self.choice = choice
    self.isWanted = isWanted
  }

  /// The devices that could be meant now: more than one is for a person to decide.
  public func candidates() -> [USBDevice] {
    USBFinder.devices().filter { isWanted($0) && choice.fits($0) }
  }

  /// Opens the device. For the device's own thread.
  ///
  /// - Throws: `cannotOpen` with ENODEV when it is not there, ENOTUNIQ when several are.
  public func open() throws(TransportError) -> USBTransport {
    let settings = settings
    let (device, link) = try NodeRights.settle {
      () throws(TransportError) -> (USBDevice, USBTransport) in
      let device = try find()
      return (device, try USBTransport(device, settings: settings))
    }
    _ = identity.append(USBIdentity(device))
    return link
  }

  private func find() throws(TransportError) -> USBDevice {
    if identity.count > 0 {
      let known = identity[0]
      if let device = known.find(among: USBFinder.devices()) { return device }
      throw .cannotOpen(name: "USB \(known.portPath)", errno: ENODEV)
    }
    let found = candidates()
    guard let device = found.first else {
      throw .cannotOpen(name: choice.description, errno: ENODEV)
    }
    guard found.count == 1 else { throw .cannotOpen(name: choice.description, errno: ENOTUNIQ) }
    return device
  }
}
