internal import CUdev
internal import Glibc

/// The names of a serial line: the kernel's, and udev's lasting links to its node.
public enum DeviceLinks {
  /// The kernel's name of the line that a node or a link leads to, like `ttyUSB0`; nil where there is
  /// none.
  public static func terminal(_ path: String) -> String? { look(path)?.name }

  /// The link by which a serial line is found again when it has come back under another number.
  ///
  /// One in `/dev/serial/by-id` where it holds the device's serial number, else one in
  /// `/dev/serial/by-path`, which stays with the port. Nil without udev.
  public static func lasting(_ path: String) -> String? {
    guard let line = look(path) else { return nil }
    let places = line.hasSerial ? ["by-id", "by-path"] : ["by-path"]
    for place in places {
      if let link = all(in: "/dev/serial/\(place)").first(where: { leads($0, to: line.name) }) {
        return link
      }
    }
    return nil
  }

  private struct Line {
    let name: String
    let hasSerial: Bool
  }

  /// The number of the character device that a path leads to.
  private static func number(_ path: String) -> dev_t? {
    var about = stat()
    // SAFETY: the path is read and the structure filled during the call.
    guard unsafe stat(path, &about) == 0, about.st_mode & S_IFMT == S_IFCHR else { return nil }
    return about.st_rdev
  }

  /// udev's links end in the node's name.
  private static func leads(_ link: String, to terminal: String) -> Bool {
    var target = [CChar](repeating: 0, count: 4096)
    // SAFETY: the kernel writes at most the array's count of bytes and no NUL.
    let count = unsafe readlink(link, &target, target.count)
    let bytes = target.prefix(max(0, count)).map(UInt8.init(bitPattern:))
    return String(decoding: bytes, as: UTF8.self).hasSuffix("/" + terminal)
  }

  private static func look(_ path: String) -> Line? {
    // SAFETY: both objects live until the end of this function; texts are copied.
    guard let number = number(path), let udev = unsafe udev_new() else { return nil }
    defer { unsafe udev_unref(udev) }
    let kind = CChar(bitPattern: UInt8(ascii: "c"))
    guard let device = unsafe udev_device_new_from_devnum(udev, kind, number) else { return nil }
    defer { unsafe udev_device_unref(device) }
    guard let name = unsafe udev_device_get_sysname(device) else { return nil }
    return unsafe Line(
      name: String(cString: name),
      hasSerial: udev_device_get_property_value(device, "ID_SERIAL_SHORT") != nil)
  }

  /// The paths in a folder, sorted; none where there is no such folder.
  private static func all(in folder: String) -> [String] {
    // SAFETY: the folder is closed below; a name is copied before the next one is read.
    guard let stream = unsafe opendir(folder) else { return [] }
    defer { unsafe closedir(stream) }
    var found: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if !name.hasPrefix(".") { found.append("\(folder)/\(name)") }
    }
    return found.sorted()
  }
}
