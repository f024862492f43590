internal import FluxgateSignal

/// The inside of a QZFM module: laser, heater, locks, coils and calibration, moment by moment.
///
/// Times of its own are round numbers of the order of a real module's; the maker publishes none.
struct QuspinModule {
  /// Seconds from auto start to the laser, its cell's temperature and its lock.
  private static let laserOn = Int64.milliseconds(500)
  private static let cellWarm = Int64.seconds(4)
  private static let laserLocked = Int64.seconds(5)
  private static let calibrating = Int64.seconds(3)
  /// What the coils have to cancel, in pT: Bz, By, B0.
  private static let ambient = [814.5, -1210.0, 3402.25]

  private(set) var isStreaming = false
  private(set) var axis = UInt8(ascii: "z")
  private var started: HostTime?
  private var zeroingSince: HostTime?
  private var zeroedAt: HostTime?
  private var calibratedAt: HostTime?
  private var isMaster = true
  private var swallowed = 0
  /// The span in which an injected fault has the laser out of its lock.
  var lockLost: Range<HostTime>?

  /// Takes one command.
  ///
  /// - Returns: the message it answers with at once; nil for none.
  mutating func take(_ command: UInt8, at now: HostTime) -> String? {
    guard swallowed == 0 else {
      swallowed -= 1
      return swallowed == 0 ? "Gain set" : nil
    }
    switch Character(UnicodeScalar(command)) {
    case ">": started = started ?? now
    case "D": (zeroingSince, zeroedAt) = (now, nil)
    case "E": if zeroingSince != nil { zeroedAt = zeroedAt ?? now }
    case "V": (zeroingSince, zeroedAt) = (nil, nil)
    case "9":
      calibratedAt = now.advanced(by: Self.calibrating)
      return nil
    case "7": isStreaming = true
    case "8": isStreaming = false
    case "?", "@", "G": axis = command
    case "q", "r": isMaster = command == UInt8(ascii: "q")
    case "x":
      swallowed = 2
      return nil
    case "i", "h", "C", "F", "B", "`", "a", "b", "3": break
    default: return nil
    }
    return Self.answers[command]
  }

  private static let answers: [UInt8: String] = {
    let answers: [(Character, String)] = [
      (">", "Auto start"), ("D", "Field zero on"), ("E", "Field zero off"), ("V", "Coils reset"),
      ("7", "Print on"), ("8", "Print off"), ("?", "Z axis"), ("@", "Y axis"), ("G", "X axis"),
      ("q", "Master"), ("r", "Slave"), ("`", "Gain set"), ("a", "Gain set"), ("b", "Gain set"),
    ]
    return Dictionary(uniqueKeysWithValues: answers.map { ($0.0.asciiValue ?? 0, $0.1) })
  }()

  /// The end of a calibration, while one is under way.
  var calibrationEnd: HostTime? { calibratedAt }

  mutating func finishCalibration(at now: HostTime) -> String {
    calibratedAt = nil
    return zeroedAt != nil && isLocked(at: now) ? "Calibration factor 1.03" : "Calibration failed"
  }

  func isLocked(at now: HostTime) -> Bool {
    isSince(Self.laserLocked, now) && !(lockLost?.contains(now) ?? false)
  }

  /// One set of status lines.
  func status(at now: HostTime) -> [String] {
    let leds: [Bool] = [
      isSince(Self.laserOn, now), isSince(Self.cellWarm, now), isLocked(at: now),
      zeroedAt != nil, isMaster,
    ]
    let codes = zip(["07", "08", "09"], Self.ambient).map { name, field in
      "~\(name)\(Self.decimal(32_768 + field * compensated(at: now)))"
    }
    return leds.enumerated().map { "|\($0 + 1)\($1 ? 1 : 0)" }
      + ["~04\(Int(8_388_608 + 524_288 * temperatureError(at: now)))", "~05\(31_000)"] + codes
  }

  private func isSince(_ time: Int64, _ now: HostTime) -> Bool {
    started.map { now.since($0) >= time } ?? false
  }

  /// The part of the ambient field that the coils cancel: they come to it like a first-order system.
  private func compensated(at now: HostTime) -> Double {
    guard let zeroingSince else { return 0 }
    return 1 - Self.decay(Double((zeroedAt ?? now).since(zeroingSince)) / 1e9, over: 1)
  }

  /// Large while the cell warms up, and disturbed by zeroing.
  private func temperatureError(at now: HostTime) -> Double {
    guard let started else { return 0.9 }
    let cold = 0.9 * Self.decay(Double(now.since(started)) / 1e9, over: 1)
    let disturbed = zeroedAt.map { 0.2 * Self.decay(Double(now.since($0)) / 1e9, over: 1) } ?? 0
    return cold + disturbed
  }

  /// e^-x by halving and squaring, good to a part in a million: the same on every machine.
  private static func decay(_ seconds: Double, over time: Double) -> Double {
    var value = 1 - min(max(seconds, 0) / time, 700) / 65_536 / 16
    for _ in 0..<20 { value *= value }
    return value
  }

  private static func decimal(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded())
    let rest = hundredths % 100
    return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
  }
}
