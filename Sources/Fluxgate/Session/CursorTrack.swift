internal import FluxgateDevice
internal import FluxgateRecording
internal import FluxgateSignal

/// Follows the newest record number of each store-and-forward stream from sealing to the disk.
///
/// The sealing thread notes (sequence, number); the syncing thread advances the durable cursor once
/// the sequence is safe. A mark that finds no room is made up for by the next one.
final class CursorTrack: Sendable {
  private let marks = SequenceQueue()
  private let names: [UInt32: (serial: String, stream: String)]
  private let cursors: RecordCursors?

  init(_ lanes: [Lane], devices: [DeviceThread], cursors: RecordCursors?) {
    var names: [UInt32: (serial: String, stream: String)] = [:]
    for lane in lanes where lane.stream.description.kind == .records {
      let board = devices.first { $0.source.name == lane.device }?.board
      guard let serial = board?.announcement?.identity.serial, !serial.isEmpty,
        lane.stream.description.channels.first?.name == "record_number"
      else { continue }
      names[lane.raw.stream] = (serial, lane.stream.description.name)
    }
    self.names = names
    self.cursors = cursors
  }

  /// The stream's track, when its rows have record numbers.
  func records(of stream: UInt32) -> CursorTrack? { names[stream] == nil ? nil : self }

  /// For the sealing thread: the chunk of `sequence` holds `block`'s rows of int64.
  func note(_ block: borrowing SampleBlock, stream: UInt32, sequence: UInt64) {
    guard block.rowCount > 0 else { return }
    var newest = Int64.min
    for row in 0..<block.rowCount {
      // SAFETY: every row begins with an int64, its record number.
      let number = unsafe block.rows.unsafeLoadUnaligned(
        fromByteOffset: row * block.layout.rowByteCount, as: Int64.self)
      newest = max(newest, number)
    }
    let isReset = (0..<block.header.discontinuityCount).contains {
      block.header[discontinuity: $0].reason == .deviceReset
    }
    marks.note(sequence: sequence, (Int64(stream), newest, isReset ? 1 : 0))
  }

  /// For the syncing thread: everything up to `safe` is on the disk.
  func advance(safe: UInt64, faults: FaultLog) {
    marks.take(upTo: safe) { stream, number, isReset in
      guard let name = names[UInt32(stream)] else { return }
      do throws(Fault) {
        try cursors?.advance(
          serial: name.serial, stream: name.stream, to: number, isReset: isReset == 1)
      } catch {
        faults.add(error)
      }
    }
  }
}
