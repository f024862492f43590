import ArgumentParser
import Fluxgate

/// Which devices a command is about.
struct DeviceOptions: ParsableArguments {
  @Option(
    name: .customLong("device"),
    help: ArgumentHelp(
      "A device: NAME=PROFILE@LINK, like heart=twinleaf-tio@/dev/ttyUSB0. May be given again.",
      valueName: "spec"))
  var devices: [String] = []

  @Option(help: "A folder of profiles, looked at before all others.")
  var profiles: String?

  /// The devices ready for a session; a name may stand once only.
  func sources(_ home: GatewayHome) throws -> [DeviceSource] {
    guard !devices.isEmpty else {
      throw Fault(
        "C07", "no device is named", remedy: "give --device NAME=PROFILE@LINK at least once",
        exit: .refused)
    }
    let library = try ProfileFolders.load(named: profiles, home: home)
    let specs = try devices.map { (text) throws(Fault) in try DeviceSpec.parse(text) }
    guard Set(specs.map(\.name)).count == specs.count else {
      throw Fault(
        "C08", "two devices have the same name", remedy: "give each its own name", exit: .refused)
    }
    return try specs.map { (spec) throws(Fault) in try spec.source(library) }
  }
}
