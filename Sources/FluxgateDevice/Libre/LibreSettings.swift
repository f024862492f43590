/// What a profile says of the reader.
struct LibreSettings {
  enum Model: String {
    case libre
    case pro = "libre-pro"
    case libre2 = "libre-2"

    var name: String {
      switch self {
      case .libre: "FreeStyle Libre"
      case .pro: "FreeStyle Libre Pro"
      case .libre2: "FreeStyle Libre 2"
      }
    }
  }

  var model = Model.libre
  /// Between two readings of all tables.
  var pollSeconds: Int64 = 900
  /// File with the vendor's keys, for encrypted models.
  var keys: String?

  /// - Returns: nil with the setting that cannot be used in `flaw`.
  init?(_ settings: [String: String], flaw: inout String) {
    for (key, value) in settings where !take(key, value) {
      flaw = "the setting `\(key): \(value)`"
      return nil
    }
  }

  private mutating func take(_ key: String, _ value: String) -> Bool {
    switch key {
    case "model":
      guard let found = Model(rawValue: value) else { return false }
      model = found
    case "poll_seconds":
      guard let seconds = Int64(value), (30...86_400).contains(seconds) else { return false }
      pollSeconds = seconds
    case "keys": keys = value
    default: return false
    }
    return true
  }
}
