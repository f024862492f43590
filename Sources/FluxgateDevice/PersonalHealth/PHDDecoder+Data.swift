internal import FluxgateSignal

/// Data messages: the agent's events, and its answers to what was asked.
extension PHDDecoder {
  private enum Choice {
    static let event: UInt16 = 0x0100
    static let confirmedEvent: UInt16 = 0x0101
    static let getAnswer: UInt16 = 0x0203
    static let actionAnswer: UInt16 = 0x0207
    static let error: UInt16 = 0x0300
    static let reject: UInt16 = 0x0400
  }

  func takeData(_ body: inout PHDReader, at now: HostTime, _ port: DevicePort) {
    var message = body.octets()
    let invoke = message.u16()
    let choice = message.u16()
    var data = message.octets()
    guard body.isWhole, message.isWhole, stage != .unassociated else {
      // An association that we do not know of, or a length that cannot be.
      return abort(.undefined, at: now, port)
    }
    switch choice {
    case Choice.event, Choice.confirmedEvent:
      takeEvent(&data, invoke, isConfirmed: choice == Choice.confirmedEvent, at: now, port)
    case _ where invoke != self.invoke: break
    case Choice.getAnswer where question == .attributes: takeAttributes(&data, at: now, port)
    case Choice.actionAnswer: takeAction(&data, at: now, port)
    case Choice.error, Choice.reject: takeRefusal(code: Int64(data.u16()), at: now, port)
    default: break
    }
  }

  private func takeEvent(
    _ data: inout PHDReader, _ invoke: UInt16, isConfirmed: Bool, at now: HostTime,
    _ port: DevicePort
  ) {
    let handle = data.u16()
    _ = data.u32()
    let type = data.u16()
    var info = data.octets()
    guard data.isWhole else { return abort(.undefined, at: now, port) }
    switch (type, stage) {
    case (PHDType.configuration, .configuring): takeConfiguration(&info, invoke, at: now, port)
    case (PHDType.segmentData, .operating):
      takeSegmentData(&info, store: handle, invoke: invoke, at: now, port)
    case (PHDType.fixedReport...PHDType.personVariableReport, .operating):
      guard takeReport(type, &info, at: now, port) else { return loseReport(at: now, port) }
      if isConfirmed { send(.reportAnswer(invoke: invoke, handle: handle, type: type), port) }
    default: break
    }
  }

  /// The agent will not say: what was asked is passed over, and the recording goes on without it.
  private func takeRefusal(code: Int64, at now: HostTime, _ port: DevicePort) {
    guard let refused = question else { return }
    if refused == .attributes {
      announce(PHDAgentDescription(), port)
      storeHeld(port, now: now)
    }
    let event = Event(
      time: now, kind: .deviceMessage, label: "agent refused a question", value: .integer(code))
    port.record(event, now: now)
    askNext(at: now, port)
  }

  /// - Returns: false when the report does not hold together; nothing of it is stored then.
  private func takeReport(
    _ type: UInt16, _ info: inout PHDReader, at now: HostTime, _ port: DevicePort
  ) -> Bool {
    let request = info.u16()
    let number = info.u16()
    let scan = PHDScan(type, &info, configuration)
    guard info.isWhole else { return false }
    held.append(
      PHDReport(
        request: request, number: number, observations: scan.observations, arrival: now))
    // Until the agent's clock is known, its times cannot be resolved; but it may never say.
    if question != .attributes || held.count >= Self.mostHeld { storeHeld(port, now: now) }
    return true
  }

  /// Hands over what waited for the agent's description.
  func storeHeld(_ port: DevicePort, now: HostTime) {
    guard !held.isEmpty else { return }
    announce(PHDAgentDescription(), port)
    for report in held { store(report, now: now, port) }
    held = []
  }

  private func store(_ report: PHDReport, now: HostTime, _ port: DevicePort) {
    let outlet = port.outlets[0]
    switch reports.judge(request: report.request, number: report.number) {
    case .duplicate:
      let event = Event(
        time: now, kind: .deviceMessage, label: "report came twice",
        value: .integer(Int64(report.number)))
      return port.record(event, now: now)
    case .restarted: outlet.noteGap(.deviceReset, missing: 0, timeStep: 0)
    case .next(let missing):
      if missing > 0 { reports.noteMissing(missing, outlet) }
    }
    for observation in report.observations {
      let row = observation.row(
        record: Int64(outlet.nextSample), report: Int64(report.number), clock,
        arrival: report.arrival)
      outlet.append(row, at: HostTime(nanoseconds: row[14]), now: now)
    }
    reports.noteRows(report.observations.count)
  }

  private func loseReport(at now: HostTime, _ port: DevicePort) {
    storeHeld(port, now: now)
    if port.isAnnounced { reports.noteMissing(1, port.outlets[0]) }
    abort(.undefined, at: now, port)
  }
}

/// A report as it came.
struct PHDReport {
  var request: UInt16
  var number: UInt16
  var observations: [PHDObservation]
  var arrival: HostTime
}

/// The observations of one report.
struct PHDScan {
  /// More than the longest message can hold.
  static let mostObservations = 16_384

  private(set) var observations: [PHDObservation] = []

  init(_ type: UInt16, _ reader: inout PHDReader, _ configuration: PHDConfiguration) {
    let isFixed = type == PHDType.fixedReport || type == PHDType.personFixedReport
    guard type == PHDType.personFixedReport || type == PHDType.personVariableReport else {
      takeList(&reader, person: nil, isFixed: isFixed, configuration)
      return
    }
    for _ in 0..<reader.listCount(most: Self.mostObservations) {
      let person = reader.u16()
      takeList(&reader, person: person, isFixed: isFixed, configuration)
    }
  }

  private mutating func takeList(
    _ reader: inout PHDReader, person: UInt16?, isFixed: Bool, _ configuration: PHDConfiguration
  ) {
    for _ in 0..<reader.listCount(most: Self.mostObservations) {
      let handle = reader.u16()
      let object = configuration.objects[handle] ?? PHDObject(handle: handle)
      var observation = PHDObservation(of: object, person: person)
      if isFixed {
        var values = reader.octets()
        observation.take(object.valueMap, &values)
      } else {
        for _ in 0..<reader.listCount(most: PHDConfiguration.mostAttributes) {
          let attribute = reader.u16()
          var value = reader.octets()
          observation.take(attribute, &value)
        }
      }
      if reader.isWhole { observations.append(observation) }
    }
  }
}

extension PHDObservation {
  /// Values in the order of a map, without their names.
  mutating func take(_ map: [PHDValue], _ values: inout PHDReader) {
    for entry in map {
      var value = values.part(entry.byteCount)
      take(entry.attribute, &value)
    }
    if !values.isWhole || values.remaining > 0 { number = .absent }
  }
}
