import Fluxgate
import FluxgateRecording
import FluxgateSeal
import FluxgateSignal
import FluxgateSimulation

/// Compares an opened recording with everything the virtual devices made.
struct TruthProof {
  struct Verdict: Encodable {
    let stream: String
    let sent, stored, lost, equal: UInt64
    let holds: Bool

    var line: String {
      let name = StatusText.pad(stream, 20)
      let counts = "sent \(sent) = stored \(stored) + lost \(lost)"
      return "    \(holds ? "ok " : "NOT") \(name) \(counts)"
    }
  }

  private let reader: RecordingReader
  private let result: SessionResult

  init(folder: String, patient: PatientSecret, result: SessionResult) throws {
    do throws(RecordingError) {
      reader = try RecordingReader(opening: RecordingFolder(folder), secret: patient)
    } catch {
      throw Fault.recording(error, folder: folder)
    }
    self.result = result
  }

  /// One verdict for each stream that the devices made.
  ///
  /// A device goes on after the gateway said farewell: what it made behind the last sample that the
  /// gateway knows of is not part of the recording.
  func compare(_ truth: [String: [TruthStream]]) throws -> [Verdict] {
    var verdicts: [Verdict] = []
    for account in result.accounts {
      let made = truth[account.device]?.first { $0.name == account.stream }
      guard let made else { continue }
      verdicts.append(try compare(account, made))
    }
    return verdicts
  }

  private func compare(
    _ account: SessionResult.Account, _ truth: TruthStream
  ) throws -> Verdict {
    var equal: UInt64 = 0
    var stored: UInt64 = 0
    var known: UInt64 = 0
    let rowBytes = truth.rows.count / max(1, truth.rowCount)
    do {
      try reader.forEachChunk(of: account.number) { chunk in
        for row in 0..<chunk.rowCount {
          let sample = chunk.sample(ofRow: row)
          stored += 1
          known = max(known, sample + 1)
          let place = Int(sample) * rowBytes
          guard place + rowBytes <= truth.rows.count else { continue }
          let mine = chunk.rows[row * rowBytes..<(row + 1) * rowBytes]
          if mine == truth.rows[place..<place + rowBytes] { equal += 1 }
        }
      }
    } catch let error as RecordingError {
      throw Fault.recording(error, folder: reader.folder.path)
    }
    let sent = account.received
    let holds =
      equal == stored && stored == account.stored && sent <= UInt64(truth.rowCount)
      && known <= sent
    return Verdict(
      stream: "\(account.device).\(account.stream)", sent: sent, stored: stored,
      lost: account.lostTotal, equal: equal, holds: holds)
  }
}

extension OpenedChunk {
  /// The sample number of a row: the chunk's first, the rows before it, and what is missing between.
  func sample(ofRow row: Int) -> UInt64 {
    var number = firstSample + UInt64(row)
    for gap in gaps where gap.row > 0 && Int(gap.row) <= row { number += gap.missing }
    return number
  }
}
