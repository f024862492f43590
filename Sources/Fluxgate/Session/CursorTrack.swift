internal import FluxgateDevice
internal import FluxgateRecording
internal import FluxgateSignal

/// Follows the newest record number of each store-and-forward stream from sealing to the disk.
///
/// The sealing thread notes (sequence, number); the syncing thread advances the durable cursor once
/// the sequence is safe.
final class CursorTrack: Sendable {
  /// One stream's newest number, and where in the recording it stands.
  struct Mark: Sendable {
    let stream: UInt32
    let sequence: UInt64
    let number: Int64
    /// The device began its numbers anew: the cursor may go back.
    let isReset: Bool
  }

  private let marks = AppendLog<Mark>(capacity: 1 << 16)
  private let names: [UInt32: (serial: String, stream: String)]
  private let cursors: RecordCursors?
  private let done = Place()

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
    let mark = Mark(stream: stream, sequence: sequence, number: newest, isReset: isReset)
    _ = marks.append(mark)
  }

  /// For the syncing thread: everything up to `safe` is on the disk.
  func advance(safe: UInt64, faults: FaultLog) {
    while done.value < marks.count, marks[done.value].sequence <= safe {
      let mark = marks[done.value]
      done.value += 1
      guard let name = names[mark.stream] else { continue }
      do throws(Fault) {
        try cursors?.advance(
          serial: name.serial, stream: name.stream, to: mark.number, isReset: mark.isReset)
      } catch {
        faults.add(error)
      }
    }
  }
}

// SAFETY: the syncing thread alone reads and writes `value`.
private final class Place: @unchecked Sendable {
  var value = 0
}
