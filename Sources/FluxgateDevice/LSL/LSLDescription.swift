internal import FluxgateSignal
internal import FluxgateTransport

/// What the driver needs of a stream's full description.
struct LSLDescription {
  var stream: LSLStreamInfo
  var format: LSLFormat
  var channels: [Channel]
  var identity: DeviceIdentity
  /// Where sensors sit, as the stream says it: label and coordinates.
  var places: [(label: String, text: String)] = []

  private static let mostPlaces = 512

  /// - Returns: nil for what is no description; a format that is not known is the caller's to refuse.
  init?(_ root: LSLElement, _ settings: [String: String]) {
    guard let stream = LSLStreamInfo(root), let format = LSLFormat(rawValue: stream.format) else {
      return nil
    }
    self.stream = stream
    self.format = format
    let desc = root["desc"]
    let listed = desc?["channels"]?.children.filter { $0.name == "channel" } ?? []
    channels = (0..<stream.channelCount).map { index in
      Self.channel(index < listed.count ? listed[index] : nil, index, stream, settings)
    }
    identity = Self.identity(stream, desc?["acquisition"] ?? desc)
    for (index, element) in listed.prefix(min(Self.mostPlaces, channels.count)).enumerated() {
      guard let place = element["location"], let x = place.text("X"), let y = place.text("Y"),
        let z = place.text("Z")
      else { continue }
      places.append((channels[index].name, "\(x) \(y) \(z)"))
    }
  }

  /// Whether rows of `other` are of the same kind, so that they may follow in one stream.
  func continues(_ other: LSLDescription) -> Bool {
    format == other.format && stream.rate == other.stream.rate && channels == other.channels
  }

  var isEven: Bool { stream.rate > 0 && format != .string }

  private static func channel(
    _ element: LSLElement?, _ index: Int, _ stream: LSLStreamInfo, _ settings: [String: String]
  ) -> Channel {
    let (unit, scale) = LSLUnits.known(element?.text("unit") ?? settings["unit"] ?? "")
    let kind = element?.text("type") ?? settings["kind"] ?? stream.type
    return Channel(
      name: String((element?.text("label") ?? "ch\(index + 1)").prefix(64)), kind: kindName(kind),
      unit: unit, scale: scale)
  }

  private static func kindName(_ text: String) -> String {
    switch text.lowercased() {
    case "meg", "mag", "opm", "magnetometer": "mag"
    case "ref", "refmag", "reference": "ref"
    case "trigger", "trig", "stim", "markers", "marker": "trigger"
    case "temp", "temperature": "temperature"
    case let other: String(other.prefix(32))
    }
  }

  private static func identity(_ stream: LSLStreamInfo, _ maker: LSLElement?) -> DeviceIdentity {
    let text = { (name: String) in String((maker?.text(name) ?? "").prefix(128)) }
    let model = text("model")
    let serial = text("serial_number")
    return DeviceIdentity(
      maker: text("manufacturer"), model: model.isEmpty ? String(stream.name.prefix(128)) : model,
      serial: serial.isEmpty ? String(stream.sourceID.prefix(128)) : serial,
      firmware: text("firmware"))
  }
}

extension LSLDescription {
  static let clockChannels = [
    Channel(name: "time", kind: "time", unit: "ns"),
    Channel(name: "offset", kind: "time", unit: "ns"),
    Channel(name: "uncertainty", kind: "time", unit: "ns"),
    Channel(name: "answers", kind: "index", unit: ""),
  ]

  /// The stream's own rows (none for texts, which become events), then what is known of its clock.
  func streams(in category: Category) -> [StreamDescription] {
    let clock = StreamDescription(
      name: "clock", kind: .records, category: category, sampleType: .int64,
      channels: Self.clockChannels, rate: nil)
    return rows(in: category).map { [$0, clock] } ?? [clock]
  }

  private func rows(in category: Category) -> StreamDescription? {
    guard format != .string else { return nil }
    guard !isEven else {
      return StreamDescription(
        name: "lsl", kind: .raw, category: category, sampleType: format.kept, channels: channels,
        rate: stream.rate)
    }
    let unit = format.isInteger ? "ns" : "s"
    return StreamDescription(
      name: "lsl", kind: .records, category: category, sampleType: format.keptWithTime,
      channels: [Channel(name: "time", kind: "time", unit: unit)] + channels, rate: nil)
  }
}
