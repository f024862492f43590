internal import CUdev
internal import FluxgateSignal
internal import Glibc

/// Word of devices that come and go, from udev once it has named them and set their rights; where no
/// udev runs, from the kernel itself.
@safe final class UdevMonitor {
  // SAFETY: made in `init`, ended in `deinit`; one thread.
  private let udev: OpaquePointer
  private let monitor: OpaquePointer

  /// Whether the udev daemon runs, by its control socket, as libudev looks for it.
  // SAFETY: the path is read during the call only.
  static var isUdevRunning: Bool { unsafe access("/run/udev/control", F_OK) == 0 }

  /// - Returns: nil where the system has no such socket to give.
  init?() {
    guard let udev = unsafe udev_new() else { return nil }
    let source = Self.isUdevRunning ? "udev" : "kernel"
    guard let monitor = unsafe udev_monitor_new_from_netlink(udev, source) else {
      unsafe udev_unref(udev)
      return nil
    }
    unsafe self.udev = udev
    unsafe self.monitor = monitor
    unsafe udev_monitor_filter_add_match_subsystem_devtype(monitor, "tty", nil)
    unsafe udev_monitor_filter_add_match_subsystem_devtype(monitor, "usb", "usb_device")
    guard unsafe udev_monitor_enable_receiving(monitor) >= 0 else { return nil }
  }

  deinit {
    unsafe udev_monitor_unref(monitor)
    unsafe udev_unref(udev)
  }

  var descriptor: Int32 { unsafe udev_monitor_get_fd(monitor) }

  /// What came and went since the last call. Does not wait.
  func takeAll() -> [PlugEvent] {
    var found: [PlugEvent] = []
    while let device = unsafe udev_monitor_receive_device(monitor) {
      defer { unsafe udev_device_unref(device) }
      if let event = unsafe Self.event(device) { found.append(event) }
    }
    return found
  }

  private static func event(_ device: OpaquePointer) -> PlugEvent? {
    let isThere: Bool
    switch unsafe text(udev_device_get_action(device)) {
    case "add": isThere = true
    case "remove": isThere = false
    default: return nil
    }
    guard let name = unsafe text(udev_device_get_sysname(device)) else { return nil }
    let isSerial = unsafe text(udev_device_get_subsystem(device)) == "tty"
    return unsafe PlugEvent(
      time: HostClock.now, isThere: isThere, place: isSerial ? "/dev/\(name)" : "USB \(name)",
      numbers: isSerial ? nil : numbers(device))
  }

  /// From the kernel's PRODUCT: vendor, product and revision in hexadecimal, without leading zeros.
  private static func numbers(_ device: OpaquePointer) -> USBNumbers? {
    guard let words = unsafe text(udev_device_get_property_value(device, "PRODUCT")) else {
      return nil
    }
    let parts = words.split(separator: "/").compactMap { UInt16($0, radix: 16) }
    return parts.count == 3 ? USBNumbers(vendor: parts[0], product: parts[1]) : nil
  }

  private static func text(_ text: UnsafePointer<CChar>?) -> String? {
    // SAFETY: libudev's texts end with NUL and live as long as their device.
    unsafe text.map { unsafe String(cString: $0) }
  }
}
