internal import FluxgateDevice
internal import FluxgateSignal
internal import FluxgateTransport

/// A link before whose every read something is done: rows are taken away, or room is waited for.
///
/// A link that is not live can be read faster than rings are emptied. Reads are cut so short that
/// what one brings fits into half a ring.
final class GatedTransport: Transport {
  private static let mostPerRead = 4096

  private let link: any Transport
  private let gate: () -> Void
  private var piece = [UInt8](repeating: 0, count: mostPerRead)

  init(_ link: any Transport, gate: @escaping () -> Void) {
    self.link = link
    self.gate = gate
  }

  var name: String { link.name }
  var now: HostTime { link.now }

  func read(
    into buffer: inout [UInt8], until deadline: HostTime
  ) throws(TransportError) -> Arrival {
    gate()
    guard buffer.count > piece.count else { return try link.read(into: &buffer, until: deadline) }
    let arrival = try link.read(into: &piece, until: deadline)
    buffer.replaceSubrange(0..<arrival.byteCount, with: piece[0..<arrival.byteCount])
    return arrival
  }

  func write(_ bytes: [UInt8]) throws(TransportError) { try link.write(bytes) }
}

/// Waits until each ring of a device is at least half empty.
struct RoomGate: Sendable {
  let board: DeviceBoard
  let stop: StopFlag

  func wait() {
    guard let outlets = board.announcement?.outlets else { return }
    while !stop.isRaised, outlets.contains(where: { $0.ring.fill * 2 > $0.ring.slotCount }) {
      Pause.short()
    }
  }
}
