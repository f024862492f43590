public import FluxgateTransport
internal import Glibc

extension Fault {
  /// A link that cannot be opened or that broke.
  public static func link(_ error: TransportError, device: String, link: String) -> Fault {
    switch error {
    case .cannotOpen(let name, EACCES) where name.hasPrefix("/dev/bus/usb/"):
      noUSBAccess(device, name)
    case .cannotOpen(_, ENOTUNIQ):
      Fault(
        "T13", "\(device): more than one device could be meant",
        remedy: "say which one: @usb:SERIAL or @usb:PORT; `fluxgate scan` lists them",
        exit: .refused)
    case .cannotOpen(let name, EACCES):
      Fault(
        "T02", "\(device): no permission to open \(name)",
        remedy: "add your user to the group that owns it (often dialout), then log in again",
        cause: ErrorNumber.text(EACCES), exit: .refused)
    case .cannotOpen(let name, EBUSY):
      Fault(
        "T04", "\(device): another program has \(name)",
        remedy: "close the other program; `fuser \(name)` names it", cause: ErrorNumber.text(EBUSY),
        exit: .refused)
    case .cannotOpen(let name, let number):
      Fault(
        "T01", "\(device): cannot open \(name)",
        remedy: "check that the device is switched on and the cable is in; `fluxgate scan` lists "
          + "what is there", cause: ErrorNumber.text(number), exit: .deviceAbsent)
    case .severalStreams(let names):
      Fault(
        "T10", "\(device): \(names.count) streams fit \(link)",
        remedy: "narrow it with source_id=..., type=... or @HOST to one of: "
          + names.prefix(16).joined(separator: "; "), exit: .refused)
    case .disconnected(let number):
      Fault(
        "T03", "\(device): link lost (\(link))",
        state: "Everything received before is safe; the gap will be marked.",
        remedy: "check the plug at both ends; the gateway opens the link anew by itself",
        cause: number == 0 ? "the other end closed the link" : ErrorNumber.text(number),
        exit: .incomplete)
    case .writeTimedOut:
      Fault(
        "T05", "\(device): takes no bytes (\(link))", remedy: "switch the device off and on",
        exit: .deviceAbsent)
    case .endOfCapture:
      Fault(
        "T06", "\(device): the capture has no more bytes", remedy: "record a longer capture",
        exit: .incomplete)
    case .damagedCapture(let offset, let fault):
      Fault(
        "T07", "\(link) is not a whole capture",
        state: "Nothing was changed.",
        remedy: "take the capture again, or cut it before the damage with editcap",
        cause: "\(fault) at byte \(offset)", exit: .refused)
    case .system(let number):
      Fault(
        "T09", "\(device): the system refused (\(link))", remedy: "see the cause",
        cause: ErrorNumber.text(number), exit: .failed)
    }
  }

  /// usbfs refused: the rule that cures it, whole.
  private static func noUSBAccess(_ device: String, _ node: String) -> Fault {
    let found = USBFinder.devices().first { $0.node == node }
    let rule = found.map { AccessRules.line(for: $0.numbers) } ?? ""
    return Fault(
      "T14", "\(device): no permission to open \(found?.description ?? node)",
      remedy: "put this line into \(AccessRules.file), then plug the device in again: \(rule)",
      cause: ErrorNumber.text(EACCES), exit: .refused)
  }
}
