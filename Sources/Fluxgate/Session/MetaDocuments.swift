internal import FluxgateDSP
internal import FluxgateDevice
internal import FluxgateRecording
internal import FluxgateSeal
internal import FluxgateSignal

/// Builds the sealed metadata of each category (``RecordingFormat``, "Meta streams").
struct MetaDocuments {
  let devices: [DeviceBoard]
  let lanes: [Lane]
  let started: HostTime

  /// One document for each category that has a stream.
  func all(digests: [UInt32: [UInt8]] = [:]) -> [(UInt16, [UInt8])] {
    let categories = Set(lanes.map(\.raw.category)).sorted()
    return categories.map { ($0, document(of: $0, digests).encoded()) }
  }

  private func document(of category: UInt16, _ digests: [UInt32: [UInt8]]) -> CategoryMeta {
    let own = lanes.filter { $0.raw.category == category }
    var streams: [UInt32: StreamMeta] = [:]
    for lane in own {
      streams[lane.raw.stream] = stream(lane, digests[lane.raw.stream])
      guard let processed = lane.processed else { continue }
      let number = processed.dataset.stream
      streams[number] = self.processed(processed, of: lane, digests[number])
    }
    let names = Set(own.map(\.device))
    let boards = devices.filter { names.contains($0.name) }
    return CategoryMeta(
      streams: streams,
      other: [
        "devices": .array(boards.compactMap(device)), "started": .int(started.nanoseconds),
        "software": .text(Version.text),
      ])
  }

  private func stream(_ lane: Lane, _ digest: [UInt8]?) -> StreamMeta {
    let description = lane.stream.description
    let labels = devices.first { $0.name == lane.device }?.labels.all ?? []
    var other: [String: CBOR] = [
      "device": .text(lane.device), "clock": clock(lane.stream.counters),
    ]
    if let digest { other["digest"] = .bytes(digest) }
    return StreamMeta(
      name: "\(lane.device).\(description.name)", rate: description.rate,
      channels: description.channels, labels: description.kind == .events ? labels : [],
      other: other)
  }

  private func processed(
    _ lane: ProcessedLane, of raw: Lane, _ digest: [UInt8]?
  ) -> StreamMeta {
    let description = raw.stream.description
    let channels = description.channels.map { channel in
      var made = channel
      made.scale = lane.chain.quantum
      made.offset = 0
      return made
    }
    var other: [String: CBOR] = [
      "device": .text(raw.device), "stages": .text(lane.chain.text),
      "source": .unsigned(UInt64(raw.raw.stream)),
      "settlingSamples": .unsigned(UInt64(lane.settlingSampleCount)),
    ]
    if let digest { other["digest"] = .bytes(digest) }
    return StreamMeta(
      name: "\(raw.device).\(description.name).processed", rate: lane.rate,
      channels: channels + [Channel(name: "settling", kind: "flags", unit: "")], other: other)
  }

  private func device(_ board: DeviceBoard) -> CBOR? {
    guard let identity = board.announcement?.identity else { return nil }
    return .record([
      "name": .text(board.name), "maker": .text(identity.maker), "model": .text(identity.model),
      "serial": .text(identity.serial), "firmware": .text(identity.firmware),
    ])
  }

  /// Rate error in thousandths of a part per million; jitter and the half-width of what is not known
  /// of a row's time, without the sensor's delay, in nanoseconds.
  private func clock(_ counters: StreamCounters) -> CBOR {
    .record([
      "partsPerBillion": .int(Int64((counters.clockErrorPartsPerMillion * 1000).rounded())),
      "jitter": .int(counters.jitterNanoseconds),
      "uncertainty": .int(counters.uncertaintyNanoseconds),
    ])
  }
}
