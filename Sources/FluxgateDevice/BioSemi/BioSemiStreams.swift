internal import FluxgateSignal

/// Which words of a sweep go to which stream, in which order.
struct BioSemiStreams {
  struct Stream {
    var description: StreamDescription
    /// Words of a sweep, one after another in a row.
    var words: [Range<Int>]
    /// The row ends with the status word, so that each sample keeps its trigger inputs.
    var hasStatus: Bool
  }

  let mode: BioSemiMode
  let settings: BioSemiSettings
  let category: Category

  /// Volt of one code, for every input of the amplifier's converters.
  static let voltPerCode = 31.25e-9
  private static let range = 0.262_144

  /// Laid out anew at each call.
  var all: [Stream] {
    [("eeg", .pins), ("exg", .exg), ("sensors", .sensors), ("input-box", .inputBox)]
      .compactMap { stream($0, $1) }
  }

  private func stream(_ name: String, _ part: BioSemiMode.Part) -> Stream? {
    var words: [Range<Int>] = []
    var channels: [Channel] = []
    for run in mode.runs where run.part == part {
      let count = min(run.words.count, keptCount(part))
      guard count > 0 else { continue }
      words.append(run.words.lowerBound..<run.words.lowerBound + count)
      channels += (0..<count).map { channel(part, $0, box: run.box) }
    }
    guard !channels.isEmpty else { return nil }
    if part == .pins { channels.append(Channel(name: "Status", kind: "trigger", unit: "")) }
    return Stream(
      description: StreamDescription(
        name: name, kind: .raw, category: category, sampleType: .int32, channels: channels,
        rate: mode.rate),
      words: words, hasStatus: part == .pins)
  }

  private func keptCount(_ part: BioSemiMode.Part) -> Int {
    switch part {
    case .pins: settings.pinCount ?? .max
    case .exg: settings.exg.count
    case .sensors: settings.sensors.count
    case .inputBox: settings.keepsInputBox ? .max : 0
    }
  }

  private func channel(_ part: BioSemiMode.Part, _ index: Int, box: Int) -> Channel {
    let prefix = box > 0 ? "box\(box)." : ""
    let delay = settings.delay
    func volts(_ name: String, _ kind: String) -> Channel {
      Channel(
        name: prefix + name, kind: kind, unit: "V", scale: Self.voltPerCode, range: Self.range,
        delay: delay?.nanoseconds ?? 0, delayUncertainty: delay?.uncertainty ?? 0)
    }
    return switch part {
    case .pins: volts(settings.montage.name(index), "eeg")
    case .exg: volts(settings.exg[index], "exg")
    case .sensors: volts(settings.sensors[index], "aux")
    // No page gives the input box's scale: its codes are kept as numbers.
    case .inputBox: Channel(name: "Ana\(index + 1)", kind: "aux", unit: "")
    }
  }
}
