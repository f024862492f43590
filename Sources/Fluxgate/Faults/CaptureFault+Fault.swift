internal import FluxgateDevice
public import FluxgateTransport

extension Fault {
  /// A capture file that cannot be read or made.
  public static func capture(_ error: TransportError, path: String) -> Fault {
    if case .cannotOpen(_, let number) = error { return .file(path, "open", number) }
    return .link(error, device: "replay", link: path)
  }

  static func unnamedProfile(_ link: String, _ path: String) -> Fault {
    Fault(
      "C10", "\(path) does not say what device \"\(link)\" is", state: "Nothing was started.",
      remedy: "add --device NAME=PROFILE; `fluxgate profile list` names the profiles",
      exit: .refused)
  }

  static func absentLink(_ name: String, in found: [CaptureInterface], _ path: String) -> Fault {
    Fault(
      "C11", "\(path) has no link \"\(name)\"", state: "Nothing was started.",
      remedy: "choose one of: " + found.map(\.name).joined(separator: ", "), exit: .refused)
  }

  static func unknownProfile(_ name: String, known: ProfileLibrary) -> Fault {
    Fault(
      "C02", "no profile is called \(name)",
      remedy: "choose one of: " + known.profiles.map(\.name).joined(separator: ", "),
      exit: .refused)
  }

  static func notUnderstood(_ device: DeviceSource, _ path: String) -> Fault {
    Fault(
      "D03", "\(device.name): its profile reads nothing in \(path)",
      remedy: "choose another profile with --device NAME=PROFILE, or capture from before the "
        + "device is greeted", exit: .refused)
  }

  static func tooLarge(_ path: String, mostBytes: Int) -> Fault {
    Fault(
      "T10", "the rows of \(path) do not fit in memory", state: "Nothing was written.",
      remedy: "replay it into a recording with --for and --out, or cut it with editcap",
      cause: "more than \(mostBytes >> 20) MiB of rows", exit: .refused)
  }
}
