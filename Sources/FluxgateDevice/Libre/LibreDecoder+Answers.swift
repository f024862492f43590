internal import FluxgateSignal

/// What follows from each answer.
extension LibreDecoder {
  func judge(
    _ verdict: LibreAnswer.Verdict, of command: LibreCommand, _ attempt: Int, at now: HostTime,
    _ port: DevicePort
  ) {
    switch verdict {
    case .incomplete: return
    case .damaged: tryAgain(.command(command), attempt, at: now, port)
    case .failed:
      if !isOptional(command) { tell("the reader refuses \(command.rawValue)", at: now, port) }
      proceed(after: command, at: now, port)
    case .good(let message):
      guard take(message, of: command, at: now, port) else {
        return tryAgain(.command(command), attempt, at: now, port)
      }
      proceed(after: command, at: now, port)
    }
  }

  /// Older readers and the Pro do not know all of them.
  private func isOptional(_ command: LibreCommand) -> Bool {
    switch command {
    case .clock, .date, .time: true
    case .results: settings?.model == .pro
    case .serial, .version, .recordNumber, .history: false
    }
  }

  private func proceed(after command: LibreCommand, at now: HostTime, _ port: DevicePort) {
    if port.board.state == .refused {
      conversation = .closed
      return
    }
    if command == .version { identify(port) }
    guard let next = command.next else {
      tables.settle()
      return hand(at: now, port)
    }
    if next == .clock { tables.clock.forget() }
    guard !isUnsettled else {
      isUnsettled = false
      return rest(Self.quiet, then: .command(next), at: now)
    }
    ask(.command(next), attempt: 1, at: now, port)
  }

  /// - Returns: false when the message has not the shape of an answer to `command`.
  private func take(
    _ message: [UInt8], of command: LibreCommand, at now: HostTime, _ port: DevicePort
  ) -> Bool {
    switch command {
    case .serial: return takeSerial(LibreText.word(message), port)
    case .version: version = LibreText.word(message)
    case .recordNumber:
      guard message.contains(UInt8(ascii: "=")), let count = LibreText.lastNumber(message) else {
        return false
      }
      takeRecordCount(count, port)
    case .clock: takeClock(LibreText.numbers(message).flatMap(LibreClock.wallClock), at: now, port)
    case .date: tables.clock.date = LibreText.numbers(message)
    case .time:
      guard tables.clock.offset == nil, let time = LibreText.numbers(message) else { return true }
      takeClock(
        tables.clock.date.flatMap { LibreClock.wallClock(date: $0, time: time) }, at: now, port)
    case .results, .history: return takeTable(message, of: command, at: now, port)
    }
    return true
  }

  private func takeSerial(_ found: String, _ port: DevicePort) -> Bool {
    guard !found.isEmpty else { return false }
    if !serial.isEmpty, serial != found {
      port.refuse(.notThisDevice(expected: serial, found: found))
    }
    if serial.isEmpty {
      serial = found
      tables.begin { setup.cursor(found, $0) }
    }
    return true
  }

  private func identify(_ port: DevicePort) {
    guard !port.isAnnounced else { return }
    port.announce(
      DeviceIdentity(
        maker: "Abbott", model: settings?.model.name ?? "", serial: serial, firmware: version),
      streams: LibreStreams.allCases.map { $0.description(in: setup.category) })
  }

  private func takeRecordCount(_ count: Int, _ port: DevicePort) {
    guard tables.take(recordCount: count) else { return }
    for stream in LibreStreams.records {
      port.outlets[stream.rawValue].noteGap(.deviceReset, missing: 0, timeStep: 0)
    }
  }

  private func takeClock(_ wallClock: Int64?, at now: HostTime, _ port: DevicePort) {
    guard let wallClock else { return }
    tables.clock.observe(wallClock: wallClock, at: now)
    port.outlets[LibreStreams.clock.rawValue].append(
      [now.nanoseconds, wallClock, tables.clock.offset ?? 0, Int64(tables.recordCount)], at: now,
      now: now)
  }

  private func takeTable(
    _ message: [UInt8], of command: LibreCommand, at now: HostTime, _ port: DevicePort
  ) -> Bool {
    guard let table = LibreText.records(message) else { return false }
    tables.take(table: table)
    if tables.unknownCount > 0 {
      tell("\(command.rawValue): records of other kinds, not kept", at: now, port)
    }
    return true
  }
}
