/// Units as makers write them, and what makes the SI unit of them.
enum LSLUnits {
  private static let prefixes: [(String, Double)] = [
    ("femto", 1e-15), ("pico", 1e-12), ("nano", 1e-9), ("micro", 1e-6), ("milli", 1e-3),
  ]
  private static let short: [String: (String, Double)] = [
    "v": ("V", 1), "mv": ("V", 1e-3), "uv": ("V", 1e-6), "µv": ("V", 1e-6), "μv": ("V", 1e-6),
    "nv": ("V", 1e-9), "t": ("T", 1), "mt": ("T", 1e-3), "ut": ("T", 1e-6), "µt": ("T", 1e-6),
    "nt": ("T", 1e-9), "pt": ("T", 1e-12), "ft": ("T", 1e-15), "t/m": ("T/m", 1),
    "ft/cm": ("T/m", 1e-13), "pt/cm": ("T/m", 1e-10), "g": ("g", 1), "°c": ("°C", 1),
    "degc": ("°C", 1), "celsius": ("°C", 1), "s": ("s", 1), "ms": ("s", 1e-3),
    "seconds": ("s", 1), "hz": ("Hz", 1), "%": ("%", 1), "mg/dl": ("mg/dL", 1),
    "mmol/l": ("mmol/L", 1), "none": ("", 1), "normalized": ("", 1),
  ]
  private static let bases = [
    "volt": "V", "volts": "V", "tesla": "T", "teslas": "T", "ampere": "A", "amperes": "A",
  ]

  /// - Returns: the unit and the factor to it; an unknown unit stays as it is written.
  static func known(_ text: String) -> (unit: String, scale: Double) {
    let lower = text.lowercased()
    if let found = short[lower] { return found }
    if let base = bases[lower] { return (base, 1) }
    for (prefix, scale) in prefixes where lower.hasPrefix(prefix) {
      if let base = bases[String(lower.dropFirst(prefix.count))] { return (base, scale) }
    }
    return (String(text.prefix(32)), 1)
  }
}
