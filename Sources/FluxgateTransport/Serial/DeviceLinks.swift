internal import CUdev
internal import Glibc

/// The lasting names of device nodes: udev's links to them.
public enum DeviceLinks {
  /// The node that a path leads to; nil when there is none.
  public static func resolve(_ path: String) -> String? {
    // SAFETY: realpath gives a text with NUL at its end, which is freed after it was copied.
    guard let text = unsafe realpath(path, nil) else { return nil }
    defer { unsafe free(text) }
    return unsafe String(cString: text)
  }

  /// The link by which a serial line is found again when it has come back under another number.
  ///
  /// One in `/dev/serial/by-id` where it holds the device's serial number, else one in
  /// `/dev/serial/by-path`, which stays with the port. Nil without udev.
  public static func lasting(_ path: String) -> String? {
    guard let node = resolve(path), let name = node.split(separator: "/").last,
      let (links, hasSerial) = udevLinks(String(name))
    else { return nil }
    let places = hasSerial ? ["/dev/serial/by-id/", "/dev/serial/by-path/"] : ["/dev/serial/by-path/"]
    for place in places {
      if let link = links.first(where: { $0.hasPrefix(place) && resolve($0) == node }) { return link }
    }
    return nil
  }

  private static func udevLinks(_ terminal: String) -> (links: [String], hasSerial: Bool)? {
    // SAFETY: both objects live until the end of this function; texts are copied.
    guard let udev = unsafe udev_new() else { return nil }
    defer { unsafe udev_unref(udev) }
    guard
      let device = unsafe udev_device_new_from_subsystem_sysname(udev, "tty", terminal)
    else { return nil }
    defer { unsafe udev_device_unref(device) }
    var links: [String] = []
    var entry = unsafe udev_device_get_devlinks_list_entry(device)
    while let place = unsafe entry {
      if let name = unsafe udev_list_entry_get_name(place) {
        unsafe links.append(String(cString: name))
      }
      unsafe entry = udev_list_entry_get_next(place)
    }
    return (links.sorted(), unsafe udev_device_get_property_value(device, "ID_SERIAL_SHORT") != nil)
  }
}
