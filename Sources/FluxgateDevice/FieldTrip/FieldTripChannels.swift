internal import FluxgateSignal

/// What the columns of a server's samples are, by its names and resolutions and the user's settings.
enum FieldTripChannels {
  static func channels(of header: FieldTripHeader, _ settings: [String: String]) -> [Channel] {
    (0..<header.channelCount).map { index in
      let name = index < header.names.count ? header.names[index] : ""
      let shown = name.isEmpty ? "ch\(index + 1)" : name
      guard !isTrigger(name) else { return Channel(name: shown, kind: "trigger", unit: "") }
      return Channel(
        name: shown, kind: settings["kind"] ?? "mag", unit: settings["unit"] ?? "T",
        scale: index < header.resolutions.count ? header.resolutions[index] : 1)
    }
  }

  static func description(
    of header: FieldTripHeader, _ setup: DriverSetup
  ) -> StreamDescription {
    StreamDescription(
      name: "fieldtrip", kind: .raw, category: setup.category, sampleType: header.type.kept,
      channels: channels(of: header, setup.settings), rate: header.rate)
  }

  /// Trigger lines as Neuromag ("STI101"), bridges ("TRIG1") and others name them.
  private static func isTrigger(_ name: String) -> Bool {
    let upper = name.uppercased()
    return upper.hasPrefix("STI") || upper.hasPrefix("TRIG")
  }
}
