internal import FluxgateSignal

/// The bytes of a virtual server's answers.
struct FieldTripAnswer {
  let settings: FieldTripServerSettings
  let isBig: Bool

  func message(_ command: UInt16, _ payload: [UInt8] = []) -> [UInt8] {
    number(1, 2) + number(UInt64(command), 2) + words([UInt32(payload.count)]) + payload
  }

  func header(samples: Int, events: Int) -> [UInt8] {
    let further = settings.chunks.flatMap { chunk($0.type, $0.bytes) }
    let chunks = chunk(1, names) + chunk(3, resolutions) + further
    let fixed = words([
      UInt32(settings.channelCount), UInt32(samples), UInt32(events),
      Float(settings.rate).bitPattern, settings.codes.rawValue, UInt32(chunks.count),
    ])
    return message(0x204, fixed + chunks)
  }

  func samples(count: Int, _ bytes: [UInt8]) -> [UInt8] {
    let definition = words([
      UInt32(settings.channelCount), UInt32(count), settings.codes.rawValue, UInt32(bytes.count),
    ])
    return message(0x204, definition + bytes)
  }

  func news(samples: Int, events: Int) -> [UInt8] {
    message(0x404, words([UInt32(samples), UInt32(events)]))
  }

  /// - Parameter firstRow: row of the truth that has number 0 on the server's present count.
  func events(_ events: ArraySlice<TruthEvent>, firstRow: Int) -> [UInt8] {
    message(0x204, events.flatMap { event($0, firstRow: firstRow) })
  }

  private func event(_ event: TruthEvent, firstRow: Int) -> [UInt8] {
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

  private var names: [UInt8] {
    (0..<settings.channelCount).flatMap { Array("OPM\($0 + 1)".utf8) + [0] }
  }

  private var resolutions: [UInt8] {
    let resolution = settings.codes.isFloat ? 1 : settings.resolution
    let one = number(resolution.bitPattern, 8)
    return [[UInt8]](repeating: one, count: settings.channelCount).flatMap { $0 }
  }

  private func chunk(_ type: UInt32, _ bytes: [UInt8]) -> [UInt8] {
    words([type, UInt32(bytes.count)]) + bytes
  }

  private func words(_ words: [UInt32]) -> [UInt8] {
    words.flatMap { number(UInt64($0), 4) }
  }

  private func number(_ number: UInt64, _ count: Int) -> [UInt8] {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: number >> UInt64($0 * 8)) }
    return isBig ? bytes.reversed() : bytes
  }
}
