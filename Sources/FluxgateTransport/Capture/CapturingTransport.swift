public import FluxgateSignal

/// A live link whose bytes, openings and losses go into a capture as well.
///
/// `now` is the time of the last thing that happened on the link, never a later one: it is what a
/// replay of the capture will say at the same place, so that a driver sees the same times again.
public final class CapturingTransport: Transport {
  private let link: any Transport
  private let writer: CaptureWriter
  private let interface: Int
  private var isUp = true
  public private(set) var now: HostTime

  /// Takes over a link that has just been opened.
  ///
  /// - Parameter interface: the number that the writer gave.
  public init(_ link: any Transport, into writer: CaptureWriter, interface: Int) {
    self.link = link
    self.writer = writer
    self.interface = interface
    now = link.now
    record(.opened, at: now)
  }

  deinit { if isUp { record(.closed, at: now) } }

  /// An opener whose links are all captured as one interface.
  public static func opener(
    _ open: @escaping (HostTime) throws(TransportError) -> any Transport,
    into writer: CaptureWriter, interface: Int
  ) -> (HostTime) throws(TransportError) -> any Transport {
    { (time: HostTime) throws(TransportError) -> any Transport in
      CapturingTransport(try open(time), into: writer, interface: interface)
    }
  }

  public var name: String { link.name }

  public func read(
    into buffer: inout [UInt8], until deadline: HostTime
  ) throws(TransportError) -> Arrival {
    do throws(TransportError) {
      var arrival = try link.read(into: &buffer, until: deadline)
      arrival.time = max(arrival.time, now)
      now = arrival.time
      if arrival.byteCount > 0 { record(.received(Array(buffer[0..<arrival.byteCount])), at: now) }
      return arrival
    } catch {
      // Not after the deadline: a replay must lose the link within the same read.
      lose(error, at: min(link.now, deadline))
      throw error
    }
  }

  public func write(_ bytes: [UInt8]) throws(TransportError) {
    do throws(TransportError) {
      try link.write(bytes)
      record(.sent(bytes), at: max(now, link.now))
    } catch {
      lose(error, at: now)
      throw error
    }
  }

  public func changeRate(to baud: UInt32) throws(TransportError) {
    do throws(TransportError) {
      try link.changeRate(to: baud)
    } catch {
      lose(error, at: now)
      throw error
    }
  }

  private func lose(_ error: TransportError, at time: HostTime) {
    guard isUp, case .disconnected = error else { return }
    isUp = false
    now = max(now, time)
    record(.lost, at: now)
  }

  private func record(_ event: CaptureEvent, at time: HostTime) {
    writer.record(CaptureRecord(time: time, event: event), on: interface)
  }
}
