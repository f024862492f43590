/// The canonical text of a chain: one line, stages separated by `" | "`, numbers in the shortest
/// form that reads back as the same double.
///
///     fluxgate-chain/1 | calibrate scale=1e-15 offset=0.0 | notch frequency=50.0 q=30.0
///     harmonics=8 | bandpass order=2 low=1.0 high=40.0 | decimate factor=5 quantum=1e-16
///
/// (broken here for width). Lists of one number per channel are separated by commas. Fields stand
/// in exactly this order; a text that is not canonical is refused, so text and definition are one
/// to one.
extension ChainDefinition {
  static let textStart = "fluxgate-chain/1"

  public var text: String {
    ([ChainDefinition.textStart] + stages.map(\.text)).joined(separator: " | ")
  }

  public init(text: String) throws(ChainError) {
    guard text.utf8.count <= ChainLimits.textByteCount else { throw .syntax(offset: 0) }
    let parts = text.split(separator: "|", omittingEmptySubsequences: false)
    guard parts.count <= ChainLimits.stages + 1 else { throw .syntax(offset: 0) }
    self.init(stages: [])
    for part in parts.dropFirst() {
      guard let stage = Stage(text: part) else {
        throw .syntax(offset: text.utf8.distance(from: text.startIndex, to: part.startIndex))
      }
      stages.append(stage)
    }
    guard self.text == text else { throw .syntax(offset: 0) }
  }
}

extension ChainDefinition.Stage {
  var text: String {
    switch self {
    case .calibrate(let scale, let offset):
      "calibrate scale=\(list(scale)) offset=\(list(offset))"
    case .notch(let frequency, let q, let harmonics):
      "notch frequency=\(frequency) q=\(q) harmonics=\(harmonics)"
    case .bandpass(let order, let low, let high):
      "bandpass order=\(order) low=\(low) high=\(high)"
    case .lowpass(let order, let cutoff): "lowpass order=\(order) cutoff=\(cutoff)"
    case .highpass(let order, let cutoff): "highpass order=\(order) cutoff=\(cutoff)"
    case .decimate(let factor, let quantum): "decimate factor=\(factor) quantum=\(quantum)"
    }
  }

  init?(text: Substring) {
    let words = text.split(separator: " ")
    guard let name = words.first else { return nil }
    let values = words.dropFirst().map { $0.drop { $0 != "=" }.dropFirst() }
    switch (name, values.count) {
    case ("calibrate", 2): self.init(calibrate: values)
    case ("notch", 3): self.init(notch: values)
    case ("bandpass", 3): self.init(bandpass: values)
    case ("lowpass", 2), ("highpass", 2), ("decimate", 2): self.init(pair: values, name: name)
    default: return nil
    }
  }

  private init?(calibrate values: [Substring]) {
    guard let scale = Self.numbers(values[0]), let offset = Self.numbers(values[1]) else {
      return nil
    }
    self = .calibrate(scale: scale, offset: offset)
  }

  private static func numbers(_ list: Substring) -> [Double]? {
    let parts = list.split(separator: ",", omittingEmptySubsequences: false)
    guard parts.count <= ChainLimits.channels else { return nil }
    let numbers = parts.compactMap { Double($0) }
    return numbers.count == parts.count ? numbers : nil
  }

  private init?(notch values: [Substring]) {
    guard let frequency = Double(values[0]), let q = Double(values[1]),
      let harmonics = Int(values[2])
    else { return nil }
    self = .notch(frequency: frequency, q: q, harmonics: harmonics)
  }

  private init?(bandpass values: [Substring]) {
    guard let order = Int(values[0]), let low = Double(values[1]), let high = Double(values[2])
    else { return nil }
    self = .bandpass(order: order, low: low, high: high)
  }

  private init?(pair values: [Substring], name: Substring) {
    guard let count = Int(values[0]), let number = Double(values[1]) else { return nil }
    switch name {
    case "lowpass": self = .lowpass(order: count, cutoff: number)
    case "highpass": self = .highpass(order: count, cutoff: number)
    default: self = .decimate(factor: count, quantum: number)
    }
  }

  private func list(_ values: [Double]) -> String {
    values.map(\.description).joined(separator: ",")
  }
}
