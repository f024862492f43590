internal import FluxgateDSP
internal import FluxgateDevice
internal import FluxgateRecording
internal import FluxgateSignal
internal import FluxgateTransport

/// Every stream of a session in its order, with its numbers.
///
/// Raw streams are numbered from 1 in the order announced, device after device; a processed stream
/// has its raw stream's number plus 1,000.
// SAFETY: `lanes` are used by the processing thread; others read only what in them never changes.
// `labelCount` belongs to the thread that waits for the session.
final class LaneList: @unchecked Sendable {
  static let processedOffset: UInt32 = 1000
  let lanes: [Lane]
  private let boards: [DeviceBoard]
  private let started: HostTime
  private var labelCount = 0

  init(devices: [DeviceIntake], markers: MarkerDesk, started: HostTime) throws(Fault) {
    var lanes: [Lane] = []
    for device in devices {
      let source = device.device.source
      for stream in device.streams {
        lanes.append(
          try Self.lane(
            stream, of: source.name, chain: source.chain,
            number: UInt32(lanes.count + 1)))
      }
    }
    lanes.append(
      try Self.lane(
        StreamIntake(markers.stream), of: MarkerDesk.name, chain: nil,
        number: UInt32(lanes.count + 1)))
    self.lanes = lanes
    self.started = started
    boards = devices.map(\.device.board) + [markers.board]
  }

  var datasets: [DatasetDescription] {
    lanes.map(\.raw) + lanes.compactMap { $0.processed?.dataset }
  }

  var views: [StreamView] {
    lanes.map {
      StreamView(
        device: $0.device, description: $0.stream.description, counters: $0.stream.counters,
        ring: $0.stream.ring, blocks: $0.view)
    }
  }

  func feeds(_ track: CursorTrack) -> [ChunkFeed] {
    lanes.flatMap { lane in
      let hasRate = lane.stream.description.rate != nil
      let raw = ChunkFeed(
        stream: lane.raw.stream, ring: lane.chunks, hasRate: hasRate,
        records: track.records(of: lane.raw.stream))
      let processed = lane.processed.map {
        ChunkFeed(stream: $0.dataset.stream, ring: $0.chunks, hasRate: true, records: nil)
      }
      return [raw] + (processed.map { [$0] } ?? [])
    }
  }

  func documents(digests: [UInt32: [UInt8]] = [:]) -> [(UInt16, [UInt8])] {
    MetaDocuments(devices: boards, lanes: lanes, started: started).all(digests: digests)
  }

  func labelsHaveGrown() -> Bool {
    let count = boards.reduce(0) { $0 + $1.labels.count }
    defer { labelCount = count }
    return count > labelCount
  }

  func accounts(_ results: ResultBox) -> [SessionResult.Account] {
    lanes.flatMap { lane in
      let description = lane.stream.description
      let raw = account(lane, lane.raw.stream, description.name, description.kind, results)
      let processed = lane.processed.map {
        account(lane, $0.dataset.stream, description.name + ".processed", .processed, results)
      }
      return [raw] + (processed.map { [$0] } ?? [])
    }
  }

  private func account(
    _ lane: Lane, _ number: UInt32, _ name: String, _ kind: StreamKind, _ results: ResultBox
  ) -> SessionResult.Account {
    let counts = results.counts[number]
    let lost = (counts?.lost ?? [:]).compactMap { code, count in
      DiscontinuityReason(rawValue: code).map { ($0, count) }
    }
    return SessionResult.Account(
      device: lane.device, stream: name, kind: kind, number: number, stored: counts?.stored ?? 0,
      lost: Dictionary(uniqueKeysWithValues: lost), unstored: results.unstored[number] ?? 0,
      digest: results.digests[number] ?? [])
  }

  private static func lane(
    _ intake: StreamIntake, of device: String, chain: ChainDefinition?, number: UInt32
  ) throws(Fault) -> Lane {
    do throws(ChainError) {
      return try Lane(
        device: device, intake: intake, dataset: number, chain: chain,
        processedDataset: number + processedOffset)
    } catch {
      throw Fault(
        "C05", "\(device): its stages do not fit its streams",
        state: "Nothing was recorded.", remedy: "change `stages` in the device's profile",
        cause: "\(error)", exit: .refused)
    }
  }
}
