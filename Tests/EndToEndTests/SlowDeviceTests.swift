import Fluxgate
import FluxgateDevice
import FluxgateRecording
import FluxgateSignal
import FluxgateSimulation
import Foundation
import Testing

extension EndToEnd {
  /// One device takes its time to start, the other streams meanwhile for longer than its ring holds.
  @Suite struct SlowDeviceTests {
    /// A frame is missing in every second, before and after the recording's beginning.
    private static func heart(_ path: String) -> PtyHost {
      var settings = VirtualTwinleaf.Settings()
      settings.faults = (1...40).map {
        InjectedFault(after: .seconds($0) + .milliseconds(500), kind: .dropFrame)
      }
      return PtyHost(device: VirtualTwinleaf(settings), path: path)
    }

    @Test func `what came before the recording began is neither stored nor lost`() throws {
      let shop = try Workshop()
      let heart = Self.heart(shop.root + "/heart-line")
      let field = PtyHost(device: VirtualQuspin(), path: shop.root + "/field-line")
      try heart.start()
      try field.start()
      defer {
        heart.stop()
        field.stop()
      }
      let library = try ProfileLibrary.load(
        folders: [FluxgateProcess.root.appendingPathComponent("device-profiles").path])
      let sources = try ["heart=twinleaf-tio@\(heart.path)", "field=quspin-qzfm@\(field.path)"]
        .map { try DeviceSpec.parse($0).source(library) }
      let session = try RecordingSession.start(try shop.plan(sources))
      Thread.sleep(forTimeInterval: 3)
      let result = session.finish()
      heart.stop()
      #expect(result.faults.isEmpty, "\(result.faults)")
      for account in result.accounts { #expect(account.lost[.ringOverrun] == nil, "\(account)") }
      #expect(try shop.verify().status == .incomplete)
      try check(heart.truth[0], try shop.open(), result)
    }

    private func check(
      _ truth: TruthStream, _ reader: RecordingReader, _ result: SessionResult
    ) throws {
      let account = try #require(result.accounts.first { $0.device == "heart" })
      let kept = try KeptRows(reader, account.number)
      let width = truth.channelCount * truth.sampleType.byteCount
      let base = try #require(
        (0..<truth.rowCount).first {
          kept.rows[0] == Array(truth.rows[$0 * width..<($0 + 1) * width])
        })
      #expect(base > 1_000, "the ring never ran half full: the test shows nothing")
      try #require(kept.numbers[0] == 0)
      for (number, row) in zip(kept.numbers, kept.rows) {
        let place = (base + Int(number)) * width
        #expect(row == Array(truth.rows[place..<place + width]), "row \(number)")
      }
      let end = try #require(kept.numbers.last) + 1
      let withheld = truth.withheld.filter { $0 >= base && $0 < UInt64(base) + end }
      #expect(!withheld.isEmpty && account.lostTotal == UInt64(withheld.count))
      #expect(account.stored == UInt64(kept.rows.count))
      #expect(account.stored + account.lostTotal == end)
    }
  }
}

/// The rows of a stream as the recording holds them, with their numbers.
private struct KeptRows {
  private(set) var numbers: [UInt64] = []
  private(set) var rows: [[UInt8]] = []

  init(_ reader: RecordingReader, _ stream: UInt32) throws {
    try reader.forEachChunk(of: stream) { add($0) }
  }

  private mutating func add(_ chunk: OpenedChunk) {
    let width = chunk.columns * chunk.type.byteCount
    for row in 0..<chunk.rowCount {
      numbers.append(chunk.sample(ofRow: row))
      rows.append(Array(chunk.rows[row * width..<(row + 1) * width]))
    }
  }
}
