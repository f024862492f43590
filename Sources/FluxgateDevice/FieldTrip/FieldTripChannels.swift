internal import FluxgateSignal

/// What the columns of a server's samples are: by its Neuromag header, else by its names, flags and
/// resolutions, else by the user's settings.
enum FieldTripChannels {
  static func channels(of header: FieldTripHeader, _ settings: [String: String]) -> [Channel] {
    let chunks = header.chunks
    let isDescribed = chunks.channels.count == header.channelCount
    return (0..<header.channelCount).map { index in
      let name = index < chunks.names.count ? chunks.names[index] : ""
      var channel =
        isDescribed
        ? self.channel(chunks.channels[index], named: name, header)
        : self.channel(index, named: name, chunks, settings)
      if channel.name.isEmpty { channel.name = "ch\(index + 1)" }
      if channel.kind != "trigger", index < chunks.resolutions.count {
        channel.scale = chunks.resolutions[index]
      }
      return channel
    }
  }

  static func description(
    of header: FieldTripHeader, _ setup: DriverSetup
  ) -> StreamDescription {
    StreamDescription(
      name: "fieldtrip", kind: .raw, category: setup.category, sampleType: header.type.kept,
      channels: channels(of: header, setup.settings), rate: header.rate)
  }

  /// Integers are the codes of the file; floating-point samples have been calibrated by the server.
  private static func channel(
    _ known: FifChannel, named name: String, _ header: FieldTripHeader
  ) -> Channel {
    Channel(
      name: name.isEmpty ? known.name : name, kind: known.kind, unit: known.unit,
      scale: header.type.isFloat ? 1 : known.scale, place: known.place)
  }

  private static func channel(
    _ index: Int, named name: String, _ chunks: FieldTripChunks, _ settings: [String: String]
  ) -> Channel {
    guard !isTrigger(name) else { return Channel(name: name, kind: "trigger", unit: "") }
    let flag = index < chunks.flags.count ? kind(ofFlag: chunks.flags[index]) : nil
    let kind = flag ?? settings["kind"] ?? "mag"
    guard kind != "trigger" else { return Channel(name: name, kind: kind, unit: "") }
    return Channel(name: name, kind: kind, unit: settings["unit"] ?? "T")
  }

  /// The words that flags name their channels with; others say nothing.
  private static func kind(ofFlag flag: String) -> String? {
    switch flag {
    case "meg", "mag", "opm": "mag"
    case "ref", "megref": "ref"
    case "trig", "trigger", "stim", "sti": "trigger"
    case "eeg", "eog", "ecg", "emg": flag
    case "ad", "adc", "misc": "misc"
    default: nil
    }
  }

  /// Trigger lines as Neuromag ("STI101"), bridges ("TRIG1") and others name them.
  private static func isTrigger(_ name: String) -> Bool {
    let upper = name.uppercased()
    return upper.hasPrefix("STI") || upper.hasPrefix("TRIG")
  }
}
