internal import FluxgateSignal

/// Clocks read together in one round, gathered into a row of the stream `clock`.
struct DexcomClockRow {
  var systemOffset: Int64 = 0
  var realTimeClock: Int64 = 0
  var systemTime: Int64 = 0
  var host = HostTime(nanoseconds: 0)
}

/// What follows from each reply: the next step, or nil when it is no answer to what was asked.
///
/// Replies carry no number of their request, so each is checked for the shape and, where it has one,
/// the name of what was asked for; a late reply to an earlier request is passed over.
extension DexcomDecoder {
  func answer(
    to step: DexcomStep, _ payload: RawSpan, at now: HostTime, _ port: DevicePort
  ) -> DexcomStep? {
    switch step {
    case .ping: payload.byteCount == 0 ? .firmware : nil
    case .firmware: takeFirmware(payload)
    case .partitions: takePartitions(payload, port)
    case .manufacturingRange, .manufacturingPage: takeMaker(step, payload, port)
    case .systemOffset, .realTimeClock, .systemTime, .displayOffset:
      takeClock(step, payload, at: now, port)
    case .range(let index): takeRange(index, payload, port)
    case .seek(let index, let page, let first, let last):
      takeHeader(index, page, first...max(first, last), payload, port)
    case .page(let index, let page, let last, let count):
      takePages(index, page..<page + UInt32(count), last, payload, at: now, port)
    case .batteryLevel, .batteryState: takePower(step, payload, at: now, port)
    case .idle: nil
    }
  }

  /// The receiver answered with an error. Where a reply is essential it is asked for again in time.
  func refusal(of step: DexcomStep, result: UInt8, _ port: DevicePort) -> DexcomStep? {
    switch step {
    case .firmware: .partitions
    case .partitions: .manufacturingRange
    case .manufacturingRange, .manufacturingPage: identified(as: "", port)
    case .batteryLevel: .batteryState
    case .batteryState: .range(0)
    case .range(let index): following(index)
    case .seek(let index, let page, let first, let last):
      damagedHeader(index, page, first...max(first, last))
    case .page(let index, let page, let last, let count):
      count > 1 ? singly(step) : damagedPage(index, page, last)
    default: nil
    }
  }

  private func takeFirmware(_ payload: RawSpan) -> DexcomStep? {
    let header = DexcomXML.elements(in: payload).first { $0.name == "FirmwareHeader" }
    guard let header else { return nil }
    firmware = header.attributes
    return .partitions
  }

  /// This receiver gives no more than a page at once.
  private func singly(_ step: DexcomStep) -> DexcomStep {
    readsSingly = true
    return step.narrowed
  }

  private func takePartitions(_ payload: RawSpan, _ port: DevicePort) -> DexcomStep? {
    guard let table = DexcomPartitions(xml: payload) else { return nil }
    if table.pageBytes != DexcomPage.recordBytes {
      port.refuse(.unsupported(what: "pages of \(table.pageBytes) bytes"))
    }
    partitions = table
    return .manufacturingRange
  }

  private func takeMaker(
    _ step: DexcomStep, _ payload: RawSpan, _ port: DevicePort
  ) -> DexcomStep? {
    guard case .manufacturingPage(let page) = step else {
      guard let range = DexcomPageRange(payload) else { return nil }
      return range.isEmpty ? identified(as: "", port) : .manufacturingPage(range.last)
    }
    guard payload.byteCount == DexcomPage.byteCount else { return nil }
    guard let header = DexcomPageHeader(payload) else {
      return reread(step) ?? identified(as: "", port)
    }
    guard header.type == 0 && header.page == page else { return nil }
    guard let length = partitions.length(of: .manufacturing, revision: header.revision),
      let serial = serial(in: payload, header, length)
    else { return reread(step) ?? identified(as: "", port) }
    return identified(as: serial, port)
  }

  /// The last record counts: a receiver that was reworked has several.
  private func serial(
    in payload: RawSpan, _ header: DexcomPageHeader, _ length: Int
  ) -> String? {
    var found: String?
    _ = DexcomPage.forEachRecord(of: header, in: payload, length: length) { _, record in
      guard let record else { return }
      let elements = DexcomXML.elements(in: record.extracting(8..<record.byteCount - 2))
      found = elements.lazy.compactMap { $0.attributes["SerialNumber"] }.first ?? found
    }
    return found
  }

  private func identified(as found: String, _ port: DevicePort) -> DexcomStep {
    if let serial {
      if !serial.isEmpty && !found.isEmpty && serial != found {
        port.refuse(.notThisDevice(expected: serial, found: found))
      }
      return .systemOffset
    }
    serial = found
    for index in progress.indices {
      progress[index].begin(after: setup.cursor(found, progress[index].type.streamName))
    }
    announce(found, port)
    return .systemOffset
  }

  private func announce(_ serial: String, _ port: DevicePort) {
    let clock = StreamDescription(
      name: "clock", kind: .records, category: setup.category, sampleType: .int64,
      channels: DexcomColumns.clock, rate: nil)
    let points = StreamDescription(
      name: "calibration_points", kind: .records, category: setup.category, sampleType: .int64,
      channels: DexcomColumns.calibrationPoints, rate: nil)
    let streams = DexcomRecordType.streams.map { $0.description(in: setup.category) }
    port.announce(
      DeviceIdentity(
        maker: "Dexcom", model: firmware["ProductName"] ?? "receiver", serial: serial,
        firmware: firmware["FirmwareVersion"] ?? ""),
      streams: streams + [clock, points])
  }

  private func takeClock(
    _ step: DexcomStep, _ payload: RawSpan, at now: HostTime, _ port: DevicePort
  ) -> DexcomStep? {
    guard payload.byteCount == 4, let word = payload.u32(at: 0) else { return nil }
    switch step {
    case .systemOffset:
      clockRow.systemOffset = Int64(Int32(bitPattern: word))
      return .realTimeClock
    case .realTimeClock:
      clockRow.realTimeClock = Int64(word)
      clock.observe(systemSeconds: Int64(word) + clockRow.systemOffset, at: now)
      return .systemTime
    case .systemTime:
      clockRow.systemTime = Int64(word)
      clockRow.host = now
      clock.observe(systemSeconds: Int64(word), at: now)
      return .displayOffset
    default:
      recordClocks(displayOffset: Int64(Int32(bitPattern: word)), at: now, port)
      return .batteryLevel
    }
  }

  private func takePower(
    _ step: DexcomStep, _ payload: RawSpan, at now: HostTime, _ port: DevicePort
  ) -> DexcomStep? {
    let isLevel = step == .batteryLevel
    guard payload.byteCount == (isLevel ? 4 : 1),
      let found = isLevel ? payload.u32(at: 0).map(Int64.init) : payload.u8(at: 0).map(Int64.init)
    else { return nil }
    let change =
      isLevel ? states.battery(found, at: now) : states.charger(found, at: now)
    if let change { port.record(change, now: now) }
    return isLevel ? .batteryState : .range(0)
  }

  private func recordClocks(displayOffset: Int64, at now: HostTime, _ port: DevicePort) {
    let row = [
      clockRow.host.nanoseconds, clockRow.realTimeClock, clockRow.systemTime,
      clockRow.systemOffset, displayOffset, clock.offset ?? 0,
    ]
    port.outlets[progress.count].append(row, at: clockRow.host, now: now)
  }

  /// Nil once the same thing has been read damaged so often that it stays damaged.
  func reread(_ step: DexcomStep) -> DexcomStep? {
    readings += 1
    return readings < Self.mostReadings ? step : nil
  }
}
