internal import CUdev

/// The USB devices of this computer, from sysfs through libudev. Opens none of them.
public enum USBFinder {
  /// By port; hubs' own root entries, which no cable leads to, are left out.
  public static func devices() -> [USBDevice] {
    // SAFETY: both objects live until the end of this function; lists belong to `search`.
    guard let udev = unsafe udev_new() else { return [] }
    defer { unsafe udev_unref(udev) }
    guard let search = unsafe udev_enumerate_new(udev) else { return [] }
    defer { unsafe udev_enumerate_unref(search) }
    unsafe udev_enumerate_add_match_subsystem(search, "usb")
    unsafe udev_enumerate_add_match_property(search, "DEVTYPE", "usb_device")
    unsafe udev_enumerate_scan_devices(search)
    var found: [USBDevice] = []
    var entry = unsafe udev_enumerate_get_list_entry(search)
    while let place = unsafe entry {
      if let device = unsafe device(udev, udev_list_entry_get_name(place)) { found.append(device) }
      unsafe entry = udev_list_entry_get_next(place)
    }
    return found.sorted { $0.portPath < $1.portPath }
  }

  private static func device(
    _ udev: OpaquePointer, _ path: UnsafePointer<CChar>?
  ) -> USBDevice? {
    guard let path = unsafe path, let device = unsafe udev_device_new_from_syspath(udev, path)
    else { return nil }
    defer { unsafe udev_device_unref(device) }
    return unsafe read(device)
  }

  private static func read(_ device: OpaquePointer) -> USBDevice? {
    let text = { (name: String) in
      unsafe udev_device_get_sysattr_value(device, name).map { unsafe String(cString: $0) } ?? ""
    }
    guard let portPath = unsafe udev_device_get_sysname(device).map({ unsafe String(cString: $0) }),
      portPath.contains("-"),
      let numbers = USBNumbers("\(text("idVendor")):\(text("idProduct"))"),
      let bus = UInt8(text("busnum")), let address = UInt8(text("devnum"))
    else { return nil }
    return USBDevice(
      numbers: numbers, product: text("product"), serial: text("serial"), portPath: portPath,
      bus: bus, address: address)
  }
}
