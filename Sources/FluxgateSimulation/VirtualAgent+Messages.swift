internal import FluxgateSignal

/// What a virtual agent says and how it answers.
extension VirtualAgent {
  static let store: UInt16 = 3
  static let segment: UInt16 = 1
  private static let entriesPerEvent = 8
  private static let configuration: Int64 = 0x4001

  private var systemID: [UInt8] {
    [0x02, 0x00, 0x00, 0xFF, 0xFE] + AgentBytes.number(Int64(settings.seed & 0xFF_FFFF), 3)
  }

  func associate() {
    var information = AgentBytes([0x80, 0, 0, 0, 0x80, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0, 0])
    information.put(octets: systemID)
    information.put(Self.configuration, 2)
    information.put(0x0081_0100, 4)
    information.put(0, 4)
    var entry = AgentBytes([0x50, 0x79])
    entry.put(octets: information.bytes)
    var body = AgentBytes([0x80, 0, 0, 0])
    body.put(list: [entry.bytes])
    stage = .associating
    due = clock.advanced(by: Self.associationTime)
    emit(AgentBytes.message(0xE200, body.bytes))
  }

  func take(_ message: [UInt8]) {
    switch message[0] {
    case 0xE3 where message.count >= 6 && stage == .associating: associated(message[5])
    case 0xE4:
      emit(AgentBytes.message(0xE500, [0, 0]))
      leave()
    case 0xE6: leave()
    case 0xE7 where message.count >= 12 && stage != .away: takeData(message)
    default: break
    }
  }

  private func associated(_ result: UInt8) {
    switch result {
    case 0: operate()
    case 3:
      stage = .configuring
      due = clock.advanced(by: Self.associationTime)
      emit(event(handle: 0, type: 0x0D1C, configurationInfo, isConfirmed: true))
    default: leave()
    }
  }

  private func operate() {
    stage = .operating
    due = .distantFuture
    report()
  }

  private func takeData(_ message: [UInt8]) {
    let asked = word(message, 6)
    let choice = word(message, 8)
    let body = Array(message[12...])
    switch choice {
    case 0x0201 where body.count >= 8: takeEventAnswer(type: word(body, 6), body)
    case 0x0103:
      questions.insert(choice)
      emit(AgentBytes.data(invoke: Int64(asked), choice: 0x0203, attributes))
    case 0x0107 where body.count >= 6: takeAction(Int64(asked), word(body, 2), body)
    default: questions.insert(choice)
    }
  }

  private func takeEventAnswer(type: UInt16, _ body: [UInt8]) {
    switch type {
    case 0x0D1C: if body.last == 0 { operate() } else { leave() }
    case 0x0D21: sendEntries()
    default: confirmed()
    }
  }

  private func takeAction(_ invoke: Int64, _ type: UInt16, _ body: [UInt8]) {
    questions.insert(type)
    var info = AgentBytes()
    if type == 0x0C0D {
      info.put(list: [segmentInfo])
    } else {
      info.put(Int64(Self.segment), 2)
      info.put(stored.isEmpty ? 3 : 0, 2)
    }
    var answer = AgentBytes(Array(body[0..<4]))
    answer.put(octets: info.bytes)
    emit(AgentBytes.data(invoke: invoke, choice: 0x0207, answer.bytes))
    guard type == 0x0C1C, !stored.isEmpty else { return }
    transferPlace = 0
    sendEntries()
  }

  /// The next entries of a transfer; each event waits for its answer.
  private func sendEntries() {
    guard let place = transferPlace else { return }
    guard place < stored.count else {
      transferPlace = nil
      due = .distantFuture
      return
    }
    let end = min(place + Self.entriesPerEvent, stored.count)
    var info = AgentBytes(AgentBytes.number(Int64(Self.segment), 2))
    info.put(Int64(place), 4)
    info.put(Int64(end - place), 4)
    info.put((place == 0 ? 0x8000 : 0) | (end == stored.count ? 0x4000 : 0), 2)
    info.put(
      octets: stored[place..<end].flatMap {
        AgentBytes.absoluteTime($0.wall) + AgentBytes.number($0.word, 2)
          + AgentBytes.number($0.status, 2)
      })
    transferPlace = end
    due = clock.advanced(by: Self.answerTime)
    emit(event(handle: Int64(Self.store), type: 0x0D21, info.bytes, isConfirmed: true))
  }

  /// The four kinds of report in turn, all with glucose and its trend.
  func reportMessage(_ reading: AgentReading, number: Int64) -> [UInt8] {
    let isVariable = number % 2 == 1
    var observations = AgentBytes()
    observations.put(list: [glucose(reading, isVariable), trend(reading, isVariable)])
    var info = AgentBytes(AgentBytes.number(0xF000, 2) + AgentBytes.number(number, 2))
    info = AgentBytes(info.bytes + observations.bytes)
    return event(
      handle: 0, type: isVariable ? 0x0D1E : 0x0D1D, info.bytes,
      isConfirmed: settings.confirmsReports)
  }

  private func glucose(_ reading: AgentReading, _ isVariable: Bool) -> [UInt8] {
    let time = AgentBytes.absoluteTime(reading.wall)
    let word = AgentBytes.number(reading.word, 2)
    let status = AgentBytes.number(reading.status, 2)
    guard isVariable else { return observation(1, word + status + time) }
    return observation(
      1,
      list: [
        AgentBytes.attribute(2636, word), AgentBytes.attribute(2375, status),
        AgentBytes.attribute(2448, time),
      ])
  }

  private func trend(_ reading: AgentReading, _ isVariable: Bool) -> [UInt8] {
    let time = AgentBytes.absoluteTime(reading.wall)
    let number = AgentBytes.number(reading.trend, 4)
    guard isVariable else { return observation(2, number + time) }
    return observation(
      2, list: [AgentBytes.attribute(2646, number), AgentBytes.attribute(2448, time)])
  }

  private func observation(_ handle: Int64, _ values: [UInt8]) -> [UInt8] {
    AgentBytes.attribute(handle, values)
  }

  private func observation(_ handle: Int64, list: [[UInt8]]) -> [UInt8] {
    var bytes = AgentBytes(AgentBytes.number(handle, 2))
    bytes.put(list: list)
    return bytes.bytes
  }

  private func event(
    handle: Int64, type: Int64, _ info: [UInt8], isConfirmed: Bool
  ) -> [UInt8] {
    invoke = (invoke + 1) & 0xFFFF
    var body = AgentBytes(AgentBytes.number(handle, 2) + [0xFF, 0xFF, 0xFF, 0xFF])
    body.put(type, 2)
    body.put(octets: info)
    return AgentBytes.data(invoke: invoke, choice: isConfirmed ? 0x0101 : 0x0100, body.bytes)
  }

  private var configurationInfo: [UInt8] {
    var objects = [
      object(
        class: 6, handle: 1,
        [
          AgentBytes.attribute(2351, type(2, settings.kind == .meter ? 29_116 : 29_140)),
          AgentBytes.attribute(2454, AgentBytes.number(settings.isMolar ? 4722 : 2130, 2)),
          AgentBytes.attribute(2645, AgentBytes.map([(2636, 2), (2375, 2), (2448, 8)])),
        ])
    ]
    if settings.kind == .monitor {
      objects.append(
        object(
          class: 6, handle: 2,
          [
            AgentBytes.attribute(2351, type(128, 29_400)),
            AgentBytes.attribute(2645, AgentBytes.map([(2646, 4), (2448, 8)])),
          ]))
    } else {
      objects.append(object(class: 61, handle: Int64(Self.store), []))
    }
    var info = AgentBytes(AgentBytes.number(Self.configuration, 2))
    info.put(list: objects)
    return info.bytes
  }

  private func object(class: Int64, handle: Int64, _ attributes: [[UInt8]]) -> [UInt8] {
    var bytes = AgentBytes(AgentBytes.number(`class`, 2) + AgentBytes.number(handle, 2))
    bytes.put(list: attributes)
    return bytes.bytes
  }

  private func type(_ partition: Int64, _ code: Int64) -> [UInt8] {
    AgentBytes.number(partition, 2) + AgentBytes.number(code, 2)
  }

  private var attributes: [UInt8] {
    var firmware = AgentBytes(AgentBytes.number(5, 2) + AgentBytes.number(0, 2))
    firmware = AgentBytes(firmware.bytes + AgentBytes.text("1.4.2"))
    var specifications = AgentBytes()
    specifications.put(list: [firmware.bytes])
    var body = AgentBytes([0, 0])
    body.put(list: [
      AgentBytes.attribute(2344, AgentBytes.text("Nobody") + AgentBytes.text("Agent 1")),
      AgentBytes.attribute(2349, specifications.bytes),
      AgentBytes.attribute(2439, AgentBytes.absoluteTime(wallMilliseconds)),
      AgentBytes.attribute(2460, AgentBytes.number(81, 2)),
    ])
    return body.bytes
  }

  private var segmentInfo: [UInt8] {
    var map = AgentBytes([0x80, 0x00])
    let element = AgentBytes.number(6, 2) + type(2, 29_116) + AgentBytes.number(1, 2)
    map.put(list: [element + AgentBytes.map([(2636, 2), (2375, 2)])])
    var bytes = AgentBytes(AgentBytes.number(Int64(Self.segment), 2))
    bytes.put(list: [
      AgentBytes.attribute(2638, map.bytes),
      AgentBytes.attribute(2427, AgentBytes.number(Int64(stored.count), 4)),
    ])
    return bytes.bytes
  }

  private func word(_ bytes: [UInt8], _ place: Int) -> UInt16 {
    UInt16(bytes[place]) << 8 | UInt16(bytes[place + 1])
  }
}
