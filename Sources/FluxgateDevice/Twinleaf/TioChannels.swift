internal import FluxgateSignal

extension TioColumn {
  /// The column as a channel: fields in tesla, other units as the device writes them.
  var channel: Channel {
    if let scale = Self.teslaScale(units) {
      return Channel(name: name, kind: "mag", unit: "T", scale: scale)
    }
    return Channel(name: name, kind: Self.kind(units), unit: units)
  }

  private static func teslaScale(_ units: String) -> Double? {
    switch units {
    case "T": 1
    case "mT": 1e-3
    case "uT", "\u{B5}T", "\u{3BC}T": 1e-6
    case "nT": 1e-9
    case "pT": 1e-12
    case "fT": 1e-15
    default: nil
    }
  }

  private static func kind(_ units: String) -> String {
    switch units {
    case "C", "\u{B0}C", "degC", "mC", "K", "mK": "temperature"
    case "V", "mV", "uV": "voltage"
    default: "misc"
    }
  }
}

extension TioCatalogue {
  /// The stream as Fluxgate keeps it; nil where its columns are unknown or no type holds them.
  func description(
    of stream: TioStream, rate: Double?, category: Category
  ) -> (format: TioRowFormat, description: StreamDescription)? {
    guard let columns = columns(of: stream),
      let format = TioRowFormat(sampleSize: stream.sampleSize, columns: columns.map(\.type))
    else { return nil }
    let name = stream.name.isEmpty ? "stream\(stream.id)" : stream.name
    return (
      format,
      StreamDescription(
        name: name, kind: .raw, category: category, sampleType: format.sampleType,
        channels: columns.map(\.channel), rate: rate)
    )
  }
}
