internal import FluxgateSignal

/// The bytes of a virtual server's answers.
enum FieldTripAnswer {
  static func message(_ command: UInt16, _ payload: [UInt8] = []) -> [UInt8] {
    words([UInt32(1) | UInt32(command) << 16, UInt32(payload.count)]) + payload
  }

  static func header(
    _ settings: FieldTripServerSettings, samples: Int, events: Int
  ) -> [UInt8] {
    let chunks = chunk(1, names(settings)) + chunk(3, resolutions(settings))
    let fixed = words([
      UInt32(settings.channelCount), UInt32(samples), UInt32(events),
      Float(settings.rate).bitPattern, settings.codes.rawValue, UInt32(chunks.count),
    ])
    return message(0x204, fixed + chunks)
  }

  static func samples(
    _ settings: FieldTripServerSettings, count: Int, _ bytes: ArraySlice<UInt8>
  ) -> [UInt8] {
    let definition = words([
      UInt32(settings.channelCount), UInt32(count), settings.codes.rawValue, UInt32(bytes.count),
    ])
    return message(0x204, definition + bytes)
  }

  static func news(samples: Int, events: Int) -> [UInt8] {
    message(0x404, words([UInt32(samples), UInt32(events)]))
  }

  /// - Parameter firstRow: row of the truth that has number 0 on the server's present count.
  static func events(_ events: ArraySlice<TruthEvent>, firstRow: Int) -> [UInt8] {
    message(0x204, events.flatMap { event($0, firstRow: firstRow) })
  }

  private static func event(_ event: TruthEvent, firstRow: Int) -> [UInt8] {
    let type = Array(event.label.utf8)
    let (valueType, count, value): (UInt32, Int, [UInt8]) =
      switch event.value {
      case .none: (0, 0, [])
      case .integer(let integer): (7, 1, words([UInt32(truncatingIfNeeded: integer)]))
      case .float(let float): (9, 1, words([Float(float).bitPattern]))
      case .text(let text): (0, text.utf8.count, Array(text.utf8))
      }
    let sample = UInt32(truncatingIfNeeded: event.sample - Int64(firstRow))
    let definition = words([
      0, UInt32(type.count), valueType, UInt32(count), sample, 0, 0,
      UInt32(type.count + value.count),
    ])
    return definition + type + value
  }

  private static func names(_ settings: FieldTripServerSettings) -> [UInt8] {
    (0..<settings.channelCount).flatMap { Array("OPM\($0 + 1)".utf8) + [0] }
  }

  private static func resolutions(_ settings: FieldTripServerSettings) -> [UInt8] {
    let resolution = settings.codes == .int32 ? settings.resolution : 1
    let bits = resolution.bitPattern
    let one = words([UInt32(truncatingIfNeeded: bits), UInt32(truncatingIfNeeded: bits >> 32)])
    return [[UInt8]](repeating: one, count: settings.channelCount).flatMap { $0 }
  }

  private static func chunk(_ type: UInt32, _ bytes: [UInt8]) -> [UInt8] {
    words([type, UInt32(bytes.count)]) + bytes
  }

  private static func words(_ words: [UInt32]) -> [UInt8] {
    words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) } }
  }
}
