internal import FluxgateSignal

/// What a profile chooses of a box's channels.
struct BioSemiSettings {
  var montage = BioSemiMontage.pins
  /// Pins kept of each box; nil for all that the mode sends.
  var pinCount: Int?
  /// Names of the EXG inputs; empty when they are not kept.
  var exg = (1...8).map { "EXG\($0)" }
  /// Names of the sensor inputs; empty when they are not kept.
  var sensors = ["GSR1", "GSR2", "Erg1", "Erg2", "Resp", "Plet", "Temp"]
  var keepsInputBox = true
  var delay: SensorDelay?

  static let keys = ["montage", "channels", "exg", "sensors", "input-box"]

  init() {}

  /// - Returns: nil with the name of the setting that cannot be used in `flaw`.
  init?(_ setup: DriverSetup, flaw: inout String) {
    for (key, value) in setup.settings where !take(key, value) {
      flaw = "the setting `\(key): \(value)`"
      return nil
    }
    delay = setup.profile?.delay
  }

  private mutating func take(_ key: String, _ value: String) -> Bool {
    switch key {
    case "montage":
      guard let found = BioSemiMontage(rawValue: value) else { return false }
      montage = found
    case "channels":
      guard let count = Int(value), (1...256).contains(count) else { return false }
      pinCount = count
    case "exg": return Self.take(value, most: 8, into: &exg)
    case "sensors": return Self.take(value, most: 16, into: &sensors)
    case "input-box":
      guard ["on", "off"].contains(value) else { return false }
      keepsInputBox = value == "on"
    default: return false
    }
    return true
  }

  /// `off`, or names with commas between.
  private static func take(_ value: String, most: Int, into names: inout [String]) -> Bool {
    guard value != "off" else {
      names = []
      return true
    }
    names = value.split(separator: ",").map { String($0.drop { $0 == " " }) }
    return !names.isEmpty && names.count <= most && names.allSatisfy { !$0.isEmpty }
  }
}
