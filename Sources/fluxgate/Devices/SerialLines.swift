import FluxgateDevice
import FluxgateTransport
import Foundation

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
  /// By their lasting names, and by node those that have none.
  static func all() -> [SerialLine] {
    let byID = "/dev/serial/by-id"
    let named = list(byID).map { "\(byID)/\($0)" }
    let known = Set(named.map(node))
    let nodes = list("/dev").filter { $0.hasPrefix("ttyUSB") || $0.hasPrefix("ttyACM") }
    return (named + nodes.filter { !known.contains($0) }.map { "/dev/\($0)" }).map(line)
  }

  private static func node(_ path: String) -> String {
    URL(fileURLWithPath: path).resolvingSymlinksInPath().lastPathComponent
  }

  private static func list(_ folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
  }

  private static func line(_ path: String) -> SerialLine {
    let node = node(path)
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
