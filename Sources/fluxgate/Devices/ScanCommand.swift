import ArgumentParser
import Fluxgate
import FluxgateDevice
import FluxgateTransport
import Foundation

struct ScanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scan",
    abstract: "List USB devices, serial lines and the profiles that may fit them. Sends nothing.")

  @Option(help: "A folder of profiles, looked at before all others.")
  var profiles: String?
  @OptionGroup var home: HomeOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    output.apply()
    let library = try ProfileFolders.load(named: profiles, home: home.place)
    let found = ScanReport.usb(library) + SerialLines.all().map { ScanReport($0, library) }
    for report in found { show(report) }
    if found.isEmpty { Console.say("No serial line and no USB device of a profile is there.") }
    let network = library.profiles.filter { if case .tcp = $0.transport { true } else { false } }
    for profile in network {
      Console.say("network: \(profile.name)   give --device NAME=\(profile.name)@HOST")
    }
    Console.report(found)
    if found.isEmpty { try Console.end(.deviceAbsent) }
  }

  private func show(_ report: ScanReport) {
    Console.say(report.path)
    let what = report.usb.map { "\($0) \(report.product)" } ?? "no USB device"
    let names = report.profiles.isEmpty ? "no profile" : report.profiles.joined(separator: ", ")
    Console.say("  \(what)   \(names)")
    guard let rule = report.missingRule else { return }
    Console.say("  no permission to open it. Put this line into")
    Console.say("  \(USBAccessRule.file), then plug it in again:")
    Console.say(rule)
  }
}

/// One thing that could be named behind `@`.
struct ScanReport: Encodable {
  /// As it is named on the command line.
  let path: String
  let product: String
  let usb: String?
  let profiles: [String]
  /// The udev rule without which it cannot be opened; nil where it can.
  let missingRule: String?

  init(_ line: SerialLine, _ library: ProfileLibrary) {
    path = line.path
    product = line.product
    usb = line.usb?.description
    profiles = line.candidates(library).map(\.name)
    missingRule = nil
  }

  /// USB devices that a profile reads through libusb.
  static func usb(_ library: ProfileLibrary) -> [ScanReport] {
    USBFinder.devices().compactMap { device in
      let fitting = library.candidates(for: device.numbers, product: device.product).filter {
        if case .usb = $0.transport { true } else { false }
      }
      return fitting.isEmpty ? nil : ScanReport(device, fitting)
    }
  }

  private init(_ device: USBDevice, _ fitting: [DeviceProfile]) {
    path = "usb:\(device.serial.isEmpty ? device.portPath : device.serial)"
    product = device.product
    usb = device.numbers.description
    profiles = fitting.map(\.name)
    missingRule = device.isOpenable ? nil : USBAccessRule.line(for: device.numbers)
  }
}
