internal import FluxgateSignal

/// PM-stores: which segments there are, and what is in them.
///
/// Nothing is ever cleared. A segment is asked for again only when it has grown.
extension PHDDecoder {
  private enum Status {
    static let last: UInt16 = 0x4000
    static let agentAborted: UInt16 = 0x0800
  }

  func takeAction(_ data: inout PHDReader, at now: HostTime, _ port: DevicePort) {
    let store = data.u16()
    let type = data.u16()
    var info = data.octets()
    switch question {
    case .segmentInfo(store) where type == PHDType.segmentInfo:
      takeSegmentInfo(&info, store, at: now, port)
    case .segment(store, let segment) where type == PHDType.triggerTransfer:
      takeTransferAnswer(&info, store, segment, at: now, port)
    default: break
    }
  }

  private func takeSegmentInfo(
    _ info: inout PHDReader, _ store: UInt16, at now: HostTime, _ port: DevicePort
  ) {
    for _ in 0..<info.listCount(most: PHDSegment.mostSegments) {
      let number = info.u16()
      var segment = segments[PHDSegment.key(store, number)] ?? firstSeen(store, number)
      for _ in 0..<info.listCount(most: PHDConfiguration.mostAttributes) {
        let attribute = info.u16()
        var value = info.octets()
        if attribute == PHDAttribute.segmentMap { segment.takeMap(&value, configuration) }
        if attribute == PHDAttribute.segmentUsage { segment.usage = value.u32() }
      }
      guard info.isWhole else { break }
      settle(segment, port)
    }
    guard info.isWhole else { return abort(.undefined, at: now, port) }
    askNext(at: now, port)
  }

  private func firstSeen(_ store: UInt16, _ number: UInt16) -> PHDSegment {
    var segment = PHDSegment(store: store, number: number)
    segment.begin(after: setup.cursor(systemID, "stored_observations"))
    return segment
  }

  /// Puts a segment down to be read if there is something new in it.
  private func settle(_ found: PHDSegment, _ port: DevicePort) {
    var segment = found
    if let usage = segment.usage, let read = segment.usageRead, usage < read {
      // The agent's memory was cleared: its entries began again.
      port.outlets[1].noteGap(.deviceReset, missing: 0, timeStep: 0)
      segment.expected = nil
      segment.usageRead = nil
    }
    let key = PHDSegment.key(segment.store, segment.number)
    guard segments[key] != nil || segments.count < PHDSegment.mostSegments else { return }
    segments[key] = segment
    let isUnread = segment.usageRead == nil || segment.usage != segment.usageRead
    // Entries of no bytes would be any number of entries.
    guard isUnread, segment.usage != 0, segment.entryByteCount > 0 else { return }
    queue.append(.segment(store: segment.store, segment.number))
  }

  private func takeTransferAnswer(
    _ info: inout PHDReader, _ store: UInt16, _ segment: UInt16, at now: HostTime,
    _ port: DevicePort
  ) {
    guard info.u16() == segment else { return }
    let result = info.u16()
    guard info.isWhole else { return abort(.undefined, at: now, port) }
    guard result == 0 else {
      // 1 no such segment, 2 try later (the next round does), 3 empty, 512 failed.
      let event = Event(
        time: now, kind: .deviceMessage, label: "agent sends no segment",
        value: .integer(Int64(result)))
      port.record(event, now: now)
      return askNext(at: now, port)
    }
    question = .transfer(store: store, segment)
    deadline = now.advanced(by: Self.transferTime)
  }

  func takeSegmentData(
    _ info: inout PHDReader, store: UInt16, invoke: UInt16, at now: HostTime, _ port: DevicePort
  ) {
    let event = PHDMessage.SegmentEvent(segment: info.u16(), first: info.u32(), count: info.u32())
    let status = info.u16()
    var entries = info.octets()
    let key = PHDSegment.key(store, event.segment)
    guard info.isWhole, question == .transfer(store: store, event.segment),
      var segment = segments[key], port.isAnnounced
    else { return abort(.undefined, at: now, port) }
    let fits = Int(event.count) * segment.entryByteCount == entries.remaining
    guard fits, !event.first.addingReportingOverflow(event.count).overflow else {
      return refuse(event, segment, invoke, at: now, port)
    }
    takeEntries(&entries, event, &segment, at: now, port)
    if status & Status.last != 0 { segment.usageRead = segment.usage ?? segment.expected }
    segments[key] = segment
    send(.segmentAnswer(invoke: invoke, handle: store, event), port)
    proceed(after: status, at: now, port)
  }

  private func proceed(after status: UInt16, at now: HostTime, _ port: DevicePort) {
    if status & Status.agentAborted != 0 {
      port.record(
        Event(time: now, kind: .deviceMessage, label: "agent broke a segment off"), now: now)
    }
    if status & (Status.last | Status.agentAborted) != 0 {
      askNext(at: now, port)
    } else {
      deadline = now.advanced(by: Self.transferTime)
    }
  }

  /// Entries that do not fill their event are asked for once more, then counted as lost.
  private func refuse(
    _ event: PHDMessage.SegmentEvent, _ found: PHDSegment, _ invoke: UInt16, at now: HostTime,
    _ port: DevicePort
  ) {
    var segment = found
    let isAgain = segment.refusedFirst == event.first
    segment.refusedFirst = event.first
    if isAgain, event.count <= 0xFFFF, event.first <= .max - event.count {
      lose(&segment, from: event.first, to: event.first + event.count, .corrupted, port)
    }
    segments[PHDSegment.key(segment.store, segment.number)] = segment
    guard isAgain else { return abort(.undefined, at: now, port) }
    send(.segmentAnswer(invoke: invoke, handle: segment.store, event), port)
    deadline = now.advanced(by: Self.transferTime)
  }

  private func takeEntries(
    _ entries: inout PHDReader, _ event: PHDMessage.SegmentEvent, _ segment: inout PHDSegment,
    at now: HostTime, _ port: DevicePort
  ) {
    let header = segment.headerValues
    let size = segment.entryByteCount
    for place in 0..<event.count {
      var entry = entries.part(size)
      let number = event.first + place
      guard number >= segment.expected ?? 0 else { continue }
      if let expected = segment.expected, number > expected {
        lose(&segment, from: expected, to: number, .counterGap, port)
      }
      takeEntry(&entry, number, header, segment, at: now, port)
      segment.expected = number + 1
    }
  }

  private func takeEntry(
    _ entry: inout PHDReader, _ number: UInt32, _ header: [PHDValue], _ segment: PHDSegment,
    at now: HostTime, _ port: DevicePort
  ) {
    var stamp = PHDObservation(of: PHDObject(handle: 0), person: nil)
    for value in header {
      var bytes = entry.part(value.byteCount)
      stamp.take(value.attribute, &bytes)
    }
    for element in segment.elements {
      var observation = PHDObservation(of: element, person: nil)
      observation.time = stamp.time
      var values = entry.part(element.valueMap.reduce(0) { $0 + $1.byteCount })
      observation.take(element.valueMap, &values)
      let row = observation.row(
        record: segment.record(number), report: Int64(number), clock, arrival: now)
      port.outlets[1].append(row, at: HostTime(nanoseconds: row[14]), now: now)
    }
  }

  /// Counts entries `from..<to` as lost, as far as they are new.
  private func lose(
    _ segment: inout PHDSegment, from: UInt32, to: UInt32, _ reason: DiscontinuityReason,
    _ port: DevicePort
  ) {
    let first = max(from, segment.expected ?? from)
    guard to > first else { return }
    let rows = UInt64(to - first) * UInt64(segment.elements.count)
    port.outlets[1].noteGap(reason, missing: rows, timeStep: 0)
    segment.expected = to
  }
}
