internal import CLinux
public import FluxgateSignal
internal import Glibc

/// A serial line: raw, 8N1, any rate the driver can make.
///
/// The line is taken for this program alone, and what waited in it before is thrown away: half a
/// frame from before the start would be counted as damage.
public final class SerialTransport: Transport {
  public let name: String
  /// The rate the driver holds; it may differ a little from the one asked for.
  public let rate: UInt32
  /// False where the driver has no low-latency mode (pseudo-terminals, some bridges).
  public let isLowLatency: Bool
  private var line: LineDescriptor?

  /// - Parameters:
  ///   - path: the device node or a link to it, such as one in `/dev/serial/by-id`.
  ///   - baud: bits a second.
  ///   - lines: modem lines to set; a line that has none is taken as it is.
  public init(
    path: String, baud: UInt32, lines: ModemLines = ModemLines()
  ) throws(TransportError) {
    precondition(baud > 0)
    // SAFETY: the path is read during the call only.
    let number = unsafe Glibc.open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
    guard number >= 0 else { throw .cannotOpen(name: path, errno: errno) }
    line = LineDescriptor(owning: number, isSocket: false)
    try Self.claim(number, path)
    guard fg_serial_raw(number, baud) == 0, fg_serial_flush(number) == 0 else {
      throw .cannotOpen(name: path, errno: errno)
    }
    try Self.set(lines, number, path)
    isLowLatency = fg_serial_low_latency(number) == 0
    LatencyTimer(path: path)?.lower()
    rate = fg_serial_rate(number)
    name = path
  }

  public var now: HostTime { HostClock.now }

  public func read(
    into buffer: inout [UInt8], until deadline: HostTime
  ) throws(TransportError) -> Arrival {
    guard line != nil else { throw .disconnected(errno: 0) }
    do throws(TransportError) {
      if let arrival = try line?.read(into: &buffer, until: deadline) { return arrival }
      throw .disconnected(errno: 0)
    } catch {
      // Closed at once, so that it does not hold itself back from being opened anew.
      line = nil
      throw error
    }
  }

  public func write(_ bytes: [UInt8]) throws(TransportError) {
    guard line != nil else { throw .disconnected(errno: 0) }
    do throws(TransportError) {
      try line?.write(bytes)
    } catch {
      line = nil
      throw error
    }
  }

  /// The kernel's exclusive mode does not hold root back; the lock does, among programs that ask.
  private static func claim(_ number: Int32, _ path: String) throws(TransportError) {
    guard flock(number, LOCK_EX | LOCK_NB) == 0 else {
      throw .cannotOpen(name: path, errno: errno == EWOULDBLOCK ? EBUSY : errno)
    }
    guard fg_serial_exclusive(number) == 0 else { throw .cannotOpen(name: path, errno: errno) }
  }

  private static func set(
    _ lines: ModemLines, _ number: Int32, _ path: String
  ) throws(TransportError) {
    var raised: Int32 = 0
    var lowered: Int32 = 0
    for (wish, bit) in [(lines.dataTerminalReady, TIOCM_DTR), (lines.requestToSend, TIOCM_RTS)] {
      if wish == true { raised |= Int32(bit) }
      if wish == false { lowered |= Int32(bit) }
    }
    guard fg_serial_modem(number, raised, lowered) != 0 else { return }
    // Pseudo-terminals and some bridges have no such lines.
    guard errno == ENOTTY || errno == EINVAL else {
      throw .cannotOpen(name: path, errno: errno)
    }
  }
}
