import ArgumentParser
import Fluxgate
import FluxgateDevice
import FluxgateTransport
import Foundation

struct ScanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scan",
    abstract: "List serial lines and the profiles that may fit them; only --lsl sends.")

  @Option(help: "A folder of profiles, looked at before all others.")
  var profiles: String?
  @Flag(help: "Ask the network for Lab Streaming Layer streams, as far as the profile `lsl` says.")
  var lsl = false
  @OptionGroup var home: HomeOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    output.apply()
    let library = try ProfileFolders.load(named: profiles, home: home.place)
    let lines = SerialLines.all()
    for line in lines {
      let fitting = line.candidates(library).map(\.name)
      Console.say("\(line.path)")
      let usb = line.usb.map { "\($0) \(line.product)" } ?? "no USB device"
      Console.say("  \(usb)   \(fitting.isEmpty ? "no profile" : fitting.joined(separator: ", "))")
    }
    if lines.isEmpty { Console.say("No serial line is there.") }
    let network = library.profiles.filter { if case .tcp = $0.transport { true } else { false } }
    for profile in network {
      Console.say("network: \(profile.name)   give --device NAME=\(profile.name)@HOST")
    }
    if lsl { try LSLScan.show(library) }
    Console.report(lines.map { Report($0, library) })
    if lines.isEmpty, !lsl { try Console.end(.deviceAbsent) }
  }

  struct Report: Encodable {
    let path, product: String
    let usb: String?
    let profiles: [String]

    init(_ line: SerialLine, _ library: ProfileLibrary) {
      path = line.path
      product = line.product
      usb = line.usb?.description
      profiles = line.candidates(library).map(\.name)
    }
  }
}

/// A serial line of this computer and the USB device behind it, as sysfs says.
struct SerialLine {
  let path: String
  let usb: USBNumbers?
  let product: String

  func candidates(_ library: ProfileLibrary) -> [DeviceProfile] {
    usb.map { library.candidates(for: $0, product: product) } ?? []
  }
}

enum SerialLines {
  /// By their lasting names where there are any, else by node.
  static func all() -> [SerialLine] {
    let byID = "/dev/serial/by-id"
    let named = list(byID).map { "\(byID)/\($0)" }
    let nodes = list("/dev").filter { $0.hasPrefix("ttyUSB") || $0.hasPrefix("ttyACM") }
    let paths = named.isEmpty ? nodes.map { "/dev/\($0)" } : named
    return paths.map(line)
  }

  private static func list(_ folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
  }

  private static func line(_ path: String) -> SerialLine {
    let node = URL(fileURLWithPath: path).resolvingSymlinksInPath().lastPathComponent
    var place = URL(fileURLWithPath: "/sys/class/tty/\(node)/device").resolvingSymlinksInPath()
    // The USB device stands one or two folders above its interface.
    for _ in 0..<4 {
      if let vendor = text(place, "idVendor"), let product = text(place, "idProduct") {
        return SerialLine(
          path: path, usb: USBNumbers("\(vendor):\(product)"), product: text(place, "product") ?? ""
        )
      }
      place.deleteLastPathComponent()
    }
    return SerialLine(path: path, usb: nil, product: "")
  }

  private static func text(_ folder: URL, _ name: String) -> String? {
    guard let data = try? String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
    else { return nil }
    return data.trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
