internal import Glibc

/// The time an FTDI bridge keeps bytes back to send them in one packet: 16 ms unless told otherwise.
///
/// ftdi_sio shows it in sysfs as `latency_timer`. Only root may write it, or whom a udev rule lets.
public struct LatencyTimer: Sendable, Hashable {
  /// The line's name in the kernel, like `ttyUSB0`.
  public let terminal: String

  /// - Parameter path: the line's node or a link to it.
  /// - Returns: nil where the bridge has no such timer.
  public init?(path: String) {
    guard let terminal = DeviceLinks.terminal(path) else { return nil }
    self.terminal = terminal
    guard milliseconds != nil else { return nil }
  }

  public var file: String { "/sys/class/tty/\(terminal)/device/latency_timer" }

  /// The line that sets it at every plugging in, for a file in `/etc/udev/rules.d`; nil for whatever
  /// bridge.
  public static func rule(for numbers: USBNumbers? = nil) -> String {
    let device = numbers.map {
      "ATTRS{idVendor}==\"\($0.vendorText)\",ATTRS{idProduct}==\"\($0.productText)\","
    }
    return "ACTION==\"add\",SUBSYSTEM==\"usb-serial\",DRIVER==\"ftdi_sio\",\(device ?? "")"
      + "ATTR{latency_timer}=\"1\""
  }

  public var milliseconds: Int? {
    // SAFETY: the path is read during the call only.
    let number = unsafe open(file, O_RDONLY | O_CLOEXEC)
    guard number >= 0 else { return nil }
    defer { _ = close(number) }
    var text = [UInt8](repeating: 0, count: 16)
    // SAFETY: the kernel writes at most the array's count of bytes.
    let count = unsafe read(number, &text, text.count)
    return Int(String(decoding: text.prefix(max(0, count)), as: UTF8.self).filter(\.isNumber))
  }

  /// Sets it to 1 ms if that is permitted; `milliseconds` says what came of it.
  public func lower() {
    guard milliseconds != 1 else { return }
    // SAFETY: the path and one byte are read during the calls only.
    let number = unsafe open(file, O_WRONLY | O_CLOEXEC)
    guard number >= 0 else { return }
    var one = UInt8(ascii: "1")
    _ = unsafe write(number, &one, 1)
    _ = close(number)
  }
}
