/// The commands of an OpenBCI Cyton, one character each: what they answer and change.
///
/// Source: OpenBCI's Cyton board SDK documentation.
struct CytonConsole {
  private static let deaf =
    "Failure: Communications timeout - Device failed to poll Host$$$"

  private let hasDaisy: Bool
  private let hasBoard: Bool
  private(set) var isStreaming = false
  private(set) var isTimed = false
  /// Settings of one channel come as `x`, seven characters and `X`.
  private var channelSettings: [UInt8]?

  init(hasDaisy: Bool, hasBoard: Bool) {
    self.hasDaisy = hasDaisy
    self.hasBoard = hasBoard
  }

  /// The board starts anew: it streams only when asked again.
  mutating func reset() {
    isStreaming = false
    isTimed = false
    channelSettings = nil
  }

  var banner: String {
    "OpenBCI V3 8-16 channel\nOn Board ADS1299 Device ID: 0x3E\n"
      + (hasDaisy ? "On Daisy ADS1299 Device ID: 0x3E\n" : "")
      + "LIS3DH Device ID: 0x33\nFirmware: v3.1.1\n$$$"
  }

  /// Takes one character.
  mutating func take(_ byte: UInt8) -> String {
    guard hasBoard else { return Self.deaf }
    if var settings = channelSettings {
      settings.append(byte)
      channelSettings = byte == UInt8(ascii: "X") || settings.count > 8 ? nil : settings
      return channelSettings == nil ? "Success: Channel set$$$" : ""
    }
    return command(byte)
  }

  private mutating func command(_ byte: UInt8) -> String {
    switch Unicode.Scalar(byte) {
    case "v":
      reset()
      return banner
    case "b":
      isStreaming = true
      return ""
    case "s":
      isStreaming = false
      return ""
    case "<":
      isTimed = true
      return "Time stamp ON$$$"
    case ">":
      isTimed = false
      return "Time stamp OFF$$$"
    case "x":
      channelSettings = []
      return ""
    case "d": return "updating channel settings to default$$$"
    case "C": return hasDaisy ? "16$$$" : "8$$$"
    case "c": return "daisy removed$$$"
    case "V": return "v3.1.1$$$"
    default: return ""
    }
  }
}
