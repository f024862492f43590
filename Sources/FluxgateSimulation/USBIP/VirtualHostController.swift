internal import FluxgateTransport
internal import Glibc

/// The kernel's virtual USB host controller (module `vhci-hcd`), where a socket becomes a device.
enum VirtualHostController {
  static let folder = "/sys/devices/platform/vhci_hcd.0"
  private static let freeState = "004"
  /// Ports of SuperSpeed have lines of their own in the table.
  private static let portsOfSpeed = "hs"

  /// Plugs a device into the first free port. Needs root.
  ///
  /// - Parameter socket: the far end of the device's conversation; the kernel keeps it open.
  static func attach(_ socket: Int32, speed: USBDescriptors.Speed) throws(TransportError) {
    var failure = ENODEV
    for port in try freePorts() {
      let devid = 1 << 16 | UInt32(port + 1)
      // Another simulator may have been faster with this port: then the next one is tried.
      failure = put("\(port) \(socket) \(devid) \(speed.rawValue)", into: "\(folder)/attach")
      if failure == 0 { return }
    }
    throw .cannotOpen(name: folder, errno: failure)
  }

  /// Columns of the table: hub, port, state, speed, device, socket, local bus id.
  private static func freePorts() throws(TransportError) -> [Int] {
    let path = "\(folder)/status"
    // SAFETY: the path is read during the call only.
    let number = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard number >= 0 else { throw .cannotOpen(name: path, errno: errno) }
    defer { _ = close(number) }
    var table = [UInt8](repeating: 0, count: 1 << 12)
    // SAFETY: the kernel writes at most the array's own count of bytes.
    let count = unsafe Glibc.read(number, &table, table.count)
    let text = String(decoding: table.prefix(max(0, count)), as: UTF8.self)
    return text.split(separator: "\n").compactMap(freePort)
  }

  /// - Returns: the port of one row of the table; nil when it is in use or of another speed.
  private static func freePort(_ row: Substring) -> Int? {
    let fields = row.split(separator: " ")
    guard fields.count > 2, fields[0] == portsOfSpeed, fields[2] == freeState else { return nil }
    return Int(fields[1])
  }

  /// - Returns: 0, or the error's number.
  private static func put(_ text: String, into path: String) -> Int32 {
    // SAFETY: the path is read during the call only.
    let number = unsafe open(path, O_WRONLY | O_CLOEXEC)
    guard number >= 0 else { return errno }
    defer { _ = close(number) }
    // SAFETY: the kernel reads the text's own bytes during the call.
    let count = unsafe text.utf8CString.withUnsafeBytes {
      unsafe Glibc.write(number, $0.baseAddress, $0.count - 1)
    }
    return count < 0 ? errno : 0
  }
}
