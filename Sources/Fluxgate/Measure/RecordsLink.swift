internal import FluxgateDevice
internal import FluxgateSignal
internal import FluxgateTransport

/// The records of a capture from memory, as fast as they are read; rings are emptied on the way.
///
/// For measuring: it compares nothing that is sent, and knows no loss of the link.
final class RecordsLink: Transport {
  let name = "memory"
  private(set) var now: HostTime
  private let records: [CaptureRecord]
  private let board: DeviceBoard
  private var readers: [RingReader] = []
  private var place = 0
  private var taken = 0

  /// - Parameter records: those received, in their order.
  init(_ records: [CaptureRecord], board: DeviceBoard) {
    self.records = records
    self.board = board
    now = records.first?.time ?? HostTime(nanoseconds: 0)
  }

  func read(
    into buffer: inout [UInt8], until deadline: HostTime
  ) throws(TransportError) -> Arrival {
    emptyRings()
    guard place < records.count else { throw .endOfCapture }
    let record = records[place]
    guard record.time <= deadline else {
      now = max(now, deadline)
      return Arrival(byteCount: 0, time: now)
    }
    now = max(now, record.time)
    guard case .received(let bytes) = record.event else { throw .endOfCapture }
    let count = min(bytes.count - taken, buffer.count)
    buffer.replaceSubrange(0..<count, with: bytes[taken..<taken + count])
    taken += count
    if taken == bytes.count {
      place += 1
      taken = 0
    }
    return Arrival(byteCount: count, time: now)
  }

  func write(_ bytes: [UInt8]) throws(TransportError) {}

  func emptyRings() {
    if readers.isEmpty, let announcement = board.announcement {
      readers = announcement.outlets.map { RingReader($0.ring) }
    }
    for reader in readers { reader.empty() }
  }
}
