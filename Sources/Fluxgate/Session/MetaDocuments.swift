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

  private func document(of category: UInt16, _ digests: [UInt32: [UInt8]]) -> CBOR {
    let own = lanes.filter { $0.raw.category == category }
    let streams = own.flatMap { lane in
      [stream(lane, digests[lane.raw.stream])]
        + (lane.processed.map { [processed($0, of: lane, digests[$0.dataset.stream])] } ?? [])
    }
    let names = Set(own.map(\.device))
    let boards = devices.filter { names.contains($0.name) }
    return .record([
      "streams": .map(streams),
      "devices": .array(boards.compactMap(device)),
      "started": .int(started.nanoseconds),
      "software": .text(Version.text),
    ])
  }

  private func stream(_ lane: Lane, _ digest: [UInt8]?) -> CBORPair {
    let description = lane.stream.description
    var fields: [CBORPair] = [
      pair("name", .text("\(lane.device).\(description.name)")),
      pair("device", .text(lane.device)),
      pair("columns", .array(description.channels.map(column))),
      pair("clock", clock(lane.stream.counters)),
    ]
    if let rate = description.rate { fields.append(pair("rate", float(rate))) }
    if description.kind == .events { fields.append(pair("labels", labels(of: lane.device))) }
    if let digest { fields.append(pair("digest", .bytes(digest))) }
    return CBORPair(key: .unsigned(UInt64(lane.raw.stream)), value: .map(fields))
  }

  private func processed(_ lane: ProcessedLane, of raw: Lane, _ digest: [UInt8]?) -> CBORPair {
    let description = raw.stream.description
    let columns = description.channels.map { channel in
      var made = channel
      made.scale = lane.chain.quantum
      made.offset = 0
      return column(made)
    }
    var fields: [CBORPair] = [
      pair("name", .text("\(raw.device).\(description.name).processed")),
      pair("device", .text(raw.device)),
      pair(
        "columns", .array(columns + [column(Channel(name: "settling", kind: "flags", unit: ""))])),
      pair("rate", float(lane.rate)),
      pair("stages", .text(lane.chain.text)),
      pair("source", .unsigned(UInt64(raw.raw.stream))),
    ]
    if let digest { fields.append(pair("digest", .bytes(digest))) }
    return CBORPair(key: .unsigned(UInt64(lane.dataset.stream)), value: .map(fields))
  }

  private func labels(of name: String) -> CBOR {
    .array(devices.first { $0.name == name }?.labels.all.map { .text($0) } ?? [])
  }

  private func device(_ board: DeviceBoard) -> CBOR? {
    guard let identity = board.announcement?.identity else { return nil }
    return .record([
      "name": .text(board.name), "maker": .text(identity.maker), "model": .text(identity.model),
      "serial": .text(identity.serial), "firmware": .text(identity.firmware),
    ])
  }

  private func clock(_ counters: StreamCounters) -> CBOR {
    .record([
      "partsPerMillion": float(counters.clockErrorPartsPerMillion),
      "jitter": .int(counters.jitterNanoseconds),
    ])
  }

  private func column(_ channel: Channel) -> CBOR {
    .record([
      "name": .text(channel.name), "kind": .text(channel.kind), "unit": .text(channel.unit),
      "scale": float(channel.scale), "offset": float(channel.offset),
      "range": float(channel.range), "delay": .int(channel.delay),
      "delayUncertainty": .int(channel.delayUncertainty),
    ])
  }

  private func pair(_ key: String, _ value: CBOR) -> CBORPair {
    CBORPair(key: .text(key), value: value)
  }

  /// A whole number as an integer, any other as the eight bytes of a float64, big-endian.
  private func float(_ value: Double) -> CBOR {
    if let whole = Int64(exactly: value) { return .int(whole) }
    let bits = value.bitPattern
    return .bytes((0..<8).map { UInt8(truncatingIfNeeded: bits >> (56 - 8 * UInt64($0))) })
  }
}
