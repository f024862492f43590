import FluxgateDevice
import FluxgateSignal
import FluxgateSimulation
import FluxgateTransport
import Foundation
import Testing

/// One device under one fault, read by the real driver of its shipped profile on a virtual clock.
final class ConservationRun {
  private static let start = HostTime(nanoseconds: 1_780_000_000_400_000_000)
  static let profiles = Result {
    try ProfileLibrary.load(folders: [
      URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("device-profiles").path
    ])
  }

  let device: any VirtualDevice
  let board = DeviceBoard(name: "bench")
  private(set) var streams: [GatheredStream] = []
  /// Differs from a quiet run's where the fault changed anything that arrived.
  private(set) var mark: UInt64 = 0

  /// - Parameter fault: nil for a quiet run.
  init(_ row: MatrixRow, _ fault: MatrixFault?) throws {
    device = row.make(row.injury(fault))
    let length = fault.flatMap { row.lengths[$0] } ?? row.seconds
    let clock = BenchClock(now: Self.start, end: Self.start.advanced(by: Int64(length * 1e9)))
    let lines = TroubledLines(
      row.trouble(fault), start: Self.start, clock: { clock.now },
      open: BenchTransport.opener(device, clock: clock)
    ) { [unowned self] in drain() }
    let acquisition = Acquisition(driver: try Self.driver(of: row), board: board) {
      (time) throws(TransportError) in
      clock.advance(to: time)
      return try lines.link(at: clock.now)
    }
    acquisition.run(link: try lines.link(at: clock.now), until: StopFlag()) { _ in self.drain() }
    drain()
    mark = lines.mark
  }

  private static func driver(of row: MatrixRow) throws -> Driver {
    let profile = try #require(try profiles.get()[row.profile ?? row.device.profile])
    return DriverTable.make(
      profile,
      DriverSetup(
        category: profile.category, settings: profile.settings.merging(row.settings) { $1 }))
  }

  private func drain() {
    if streams.isEmpty, let announcement = board.announcement {
      streams = announcement.outlets.map(GatheredStream.init)
    }
    for stream in streams { stream.drain() }
  }

  /// What is wrong with the books of this run, in words; empty when they are right.
  func flaws(_ row: MatrixRow, bound: Int?) -> [String] {
    guard board.refusals.count == 0 else { return ["refused: \(board.refusals[0])"] }
    return device.truth.filter { $0.rowCount > 0 && !row.unread.contains($0.name) }.flatMap {
      truth -> [String] in
      guard let found = streams.first(where: { $0.name == truth.name }) else {
        return ["\(truth.name) is missing"]
      }
      return flaws(row, truth, found, bound: bound).map {
        "\(truth.name): \($0); \(found.numbers.count) stored + \(found.lost) lost of "
          + "\(truth.rowCount) sent"
      }
    }
  }

  private func flaws(
    _ row: MatrixRow, _ truth: TruthStream, _ found: GatheredStream, bound: Int?
  ) -> [String] {
    var flaws: [String] = []
    if found.numbers.isEmpty { flaws.append("nothing was stored") }
    let isNumbered = row.isNumbered && bound == nil
    let wrong =
      isNumbered
      ? found.firstMisnumbered(truth) : found.firstUntrue(truth, leaving: row.reckonedColumns)
    if let wrong { flaws.append("row \(wrong) is not the device's") }
    let missing = truth.rowCount - found.accounted
    let most = bound ?? 0
    if missing < -most || missing > most + row.underWay.rows {
      flaws.append("\(missing) rows are unaccounted for")
    }
    return flaws
  }
}
