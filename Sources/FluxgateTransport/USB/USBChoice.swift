/// Which of the USB devices that a profile fits is meant, as written behind `@` on the command line.
public enum USBChoice: Sendable, Hashable, CustomStringConvertible {
  /// `usb`: the only one.
  case only
  /// `usb:SERIAL`.
  case serial(String)
  /// `usb:1-1.2`.
  case port(String)

  /// - Returns: nil for a text that does not begin with `usb`.
  public init?(_ text: String) {
    if text == "usb" {
      self = .only
      return
    }
    guard text.hasPrefix("usb:"), text.count > 4 else { return nil }
    let place = String(text.dropFirst(4))
    self = Self.isPort(place) ? .port(place) : .serial(place)
  }

  /// Digits, a hyphen, then digits with points between: no maker writes serial numbers so.
  private static func isPort(_ text: String) -> Bool {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2 else { return false }
    let ports = parts[1].split(separator: ".", omittingEmptySubsequences: false)
    return ([parts[0]] + ports).allSatisfy { (1...3).contains($0.count) && UInt8($0) != nil }
  }

  public var description: String {
    switch self {
    case .only: "usb"
    case .serial(let text), .port(let text): "usb:\(text)"
    }
  }

  public func fits(_ device: USBDevice) -> Bool {
    switch self {
    case .only: true
    case .serial(let serial): device.serial == serial
    case .port(let path): device.portPath == path
    }
  }
}
