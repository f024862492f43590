import ArgumentParser
import Fluxgate
import FluxgateDevice
import FluxgateTransport
import Foundation

struct ScanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scan",
    abstract: "List devices and the profiles that may fit them; sends with --probe and --lsl only.")

  @Option(help: "A folder of profiles, looked at before all others.")
  var profiles: String?
  @Flag(help: "Ask the network for Lab Streaming Layer streams, as far as the profile `lsl` says.")
  var lsl = false
  @Flag(help: "Listen on serial lines that a profile claims, and ask those that stay silent.")
  var probe = false
  @Option(
    name: .customLong("line"),
    help: ArgumentHelp(
      "Probe this line, as though a USB device of these numbers stood behind it. May be given again.",
      valueName: "path=vendor:product[,name]"))
  var lines: [String] = []
  @OptionGroup var home: HomeOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    output.apply()
    let library = try ProfileFolders.load(named: profiles, home: home.place)
    guard lines.isEmpty else { return try probe(lines.map(SerialLine.init(claim:)), library) }
    if probe { return try probe(SerialLines.all(), library) }
    let found = ScanReport.usb(library) + SerialLines.all().map { ScanReport($0, library) }
    for report in found { show(report) }
    if found.isEmpty { Console.say("No serial line and no USB device of a profile is there.") }
    let network = library.profiles.filter { if case .tcp = $0.transport { true } else { false } }
    for profile in network {
      Console.say("network: \(profile.name)   give --device NAME=\(profile.name)@HOST")
    }
    if lsl { try LSLScan.show(library) }
    Console.report(found)
    if found.isEmpty, !lsl { try Console.end(.deviceAbsent) }
  }

  private func probe(_ lines: [SerialLine], _ library: ProfileLibrary) throws {
    let findings = lines.map { ProbeReport.probe($0, library) }
    for finding in findings {
      Console.say("\(finding.path)\n  \(finding.words)")
    }
    if findings.isEmpty { Console.say("No serial line is there.") }
    Console.report(findings)
    if !findings.contains(where: { !$0.profiles.isEmpty }) { try Console.end(.deviceAbsent) }
  }

  private func show(_ report: ScanReport) {
    Console.say(report.path)
    let what = report.usb.map { "\($0) \(report.product)" } ?? "no USB device"
    let names = report.profiles.isEmpty ? "no profile" : report.profiles.joined(separator: ", ")
    Console.say("  \(what)   \(names)")
    guard let rule = report.missingRule else { return }
    Console.say("  no permission to open it. Put this line into")
    Console.say("  \(AccessRules.file), then plug it in again:")
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
    missingRule = device.isOpenable ? nil : AccessRules.line(for: device.numbers)
  }
}
