internal import FluxgateSignal

/// What an agent offers when it associates.
struct PHDOffer: Equatable {
  var result: PHDMessage.AssociationResult
  var systemID = ""
  var configuration: UInt16 = 0

  private static let mostProtocols = 16

  /// Looks for protocol 20601 among what is offered, with encoding rules that are read here.
  init(_ reader: inout PHDReader) {
    self.init(result: .noCommonProtocol)
    guard reader.u32() & 0x8000_0000 != 0 else {
      result = .unsupportedVersion
      return
    }
    for _ in 0..<reader.listCount(most: Self.mostProtocols) {
      let id = reader.u16()
      var information = reader.octets()
      guard id == 0x5079, result == .noCommonProtocol else { continue }
      take(&information)
    }
    if !reader.isWhole { result = .rejectedPermanent }
  }

  private init(result: PHDMessage.AssociationResult) { self.result = result }

  private mutating func take(_ information: inout PHDReader) {
    let version = information.u32()
    let encoding = information.u16()
    _ = information.part(12)
    var identity = information.octets()
    while identity.remaining > 0 && systemID.utf8.count < 32 {
      let digits = String(identity.u8(), radix: 16, uppercase: true)
      systemID += (digits.utf8.count < 2 ? "0" : "") + digits
    }
    configuration = information.u16()
    guard information.isWhole else { return result = .rejectedPermanent }
    if version & 0x8000_0000 == 0 {
      result = .unsupportedVersion
    } else {
      result = encoding & 0x8000 == 0 ? .noCommonParameter : .acceptedUnknownConfiguration
    }
  }
}

/// Association, configuration, and the agent's description of itself.
extension PHDDecoder {
  private static let mostConfigurations = 8

  /// A good association in the middle of another means that the agent began anew; a bad one is damage.
  func takeAssociation(_ body: inout PHDReader, at now: HostTime, _ port: DevicePort) {
    var offer = PHDOffer(&body)
    guard offer.result == .acceptedUnknownConfiguration else {
      if stage == .unassociated { send(.associated(offer.result), port) }
      return
    }
    if stage != .unassociated { leave("agent began anew", at: now, port) }
    guard systemID.isEmpty || systemID == offer.systemID else {
      stage = .closed
      deadline = nil
      return port.refuse(.notThisDevice(expected: systemID, found: offer.systemID))
    }
    systemID = offer.systemID
    configurationID = offer.configuration
    if configurations[configurationID] != nil { offer.result = .accepted }
    send(.associated(offer.result), port)
    if offer.result == .accepted {
      operate(at: now, port)
    } else {
      stage = .configuring
      deadline = now.advanced(by: Self.configurationTime)
    }
  }

  /// A configuration that cannot be read is not accepted; the agent may send another.
  func takeConfiguration(
    _ info: inout PHDReader, _ invoke: UInt16, at now: HostTime, _ port: DevicePort
  ) {
    let id = info.u16()
    let found = PHDConfiguration(&info)
    send(.configurationAnswer(invoke: invoke, report: id, isAccepted: found != nil), port)
    guard let found else { return }
    if configurations.count >= Self.mostConfigurations { configurations = [:] }
    configurations[id] = found
    configurationID = id
    operate(at: now, port)
  }

  private func operate(at now: HostTime, _ port: DevicePort) {
    stage = .operating
    deadline = nil
    beginRound(at: now, port)
  }

  /// Asks for everything that is asked: the agent's own attributes, then its stores.
  func beginRound(at now: HostTime, _ port: DevicePort) {
    queue = [.attributes] + configuration.stores.map { .segmentInfo(store: $0) }
    askNext(at: now, port)
  }

  func askNext(at now: HostTime, _ port: DevicePort) {
    guard !queue.isEmpty else {
      question = nil
      deadline = nil
      pollAt = now.advanced(by: pollInterval)
      return
    }
    let next = queue.removeFirst()
    question = next
    invoke &+= 1
    deadline = now.advanced(by: Self.answerTime)
    switch next {
    case .attributes: send(.readAttributes(invoke: invoke), port)
    case .segmentInfo(let store): send(.readSegmentInfo(invoke: invoke, store: store), port)
    case .segment(let store, let segment), .transfer(let store, let segment):
      send(.readSegment(invoke: invoke, store: store, segment: segment), port)
    }
  }

  func takeAttributes(_ body: inout PHDReader, at now: HostTime, _ port: DevicePort) {
    _ = body.u16()
    var agent = PHDAgentDescription()
    for _ in 0..<body.listCount(most: PHDConfiguration.mostAttributes) {
      let attribute = body.u16()
      var value = body.octets()
      agent.take(attribute, &value)
    }
    guard body.isWhole else { return abort(.undefined, at: now, port) }
    announce(agent, port)
    if let time = agent.clock { clock.observe(time, at: now) }
    storeHeld(port, now: now)
    for event in states.changes(to: agent, at: now) { port.record(event, now: now) }
    askNext(at: now, port)
  }

  func announce(_ agent: PHDAgentDescription, _ port: DevicePort) {
    guard !port.isAnnounced else { return }
    let streams = ["observations", "stored_observations"].map {
      StreamDescription(
        name: $0, kind: .records, category: setup.category, sampleType: .int64,
        channels: PHDColumns.channels, rate: nil)
    }
    port.announce(
      DeviceIdentity(
        maker: agent.maker, model: agent.model, serial: systemID, firmware: agent.firmware),
      streams: streams)
  }
}
