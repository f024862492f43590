public import FluxgateSignal
internal import Glibc

/// One interface of a USB device: IN transfers always in flight, writes one transfer each.
///
/// A read gives the bytes of one transfer: a whole HID report, or what a bulk transfer brought.
/// Transfers are read in the order in which they ended. A stalled endpoint is cleared and goes on; a device
/// that is gone ends the link. Everything, libusb's callbacks too, runs on the thread that reads.
public final class USBTransport: Transport {
  /// Stalls without a byte between them before the device is given up.
  private static let mostStalls = 8
  /// Longest wait for cancelled transfers to come back.
  private static let cancelLimit = Int64.seconds(2)

  public let name: String
  private var interface: USBInterface?
  private var ring: USBTransferRing?
  private var stalls = 0
  /// Why no more transfers go out; told when everything that came has been read.
  private var failure: TransportError?

  /// Claims the interface and sends the first transfers out.
  public init(
    _ device: USBDevice, settings: USBLinkSettings
  ) throws(TransportError) {
    name = device.description
    let interface = try USBInterface(device, settings)
    do throws(TransportError) {
      let ring = try interface.makeRing()
      self.interface = interface
      self.ring = ring
      try ring.submitAll()
    } catch {
      close()
      throw .cannotOpen(name: device.node, errno: error.number)
    }
  }

  deinit { close() }

  public var now: HostTime { HostClock.now }

  public func read(
    into buffer: inout [UInt8], until deadline: HostTime
  ) throws(TransportError) -> Arrival {
    precondition(!buffer.isEmpty)
    guard let interface, let ring else { throw .disconnected(errno: 0) }
    do throws(TransportError) {
      while true {
        if let arrival = try take(from: ring, interface, into: &buffer) { return arrival }
        try interface.context.handleEvents(for: deadline.since(HostClock.now))
        let now = HostClock.now
        if ring.oldest == nil, now >= deadline { return Arrival(byteCount: 0, time: now) }
      }
    } catch {
      // Closed at once, so that it does not hold itself back from being opened anew.
      close()
      throw error
    }
  }

  public func write(_ bytes: [UInt8]) throws(TransportError) {
    guard let interface else { throw .disconnected(errno: 0) }
    do throws(TransportError) {
      try interface.write(bytes)
    } catch {
      close()
      throw error
    }
  }

  /// Bytes of the oldest transfer that has any, if it has ended.
  private func take(
    from ring: USBTransferRing, _ interface: USBInterface, into buffer: inout [UInt8]
  ) throws(TransportError) -> Arrival? {
    while let (outcome, unread, time) = ring.oldest {
      if unread > 0 {
        stalls = 0
        let count = ring.read(into: &buffer)
        if count == unread, case .completed = outcome { turn(ring) }
        return Arrival(byteCount: count, time: time)
      }
      switch outcome {
      case .completed, .cancelled: break
      case .stalled: try recover(ring, interface)
      case .failed(let error): throw error
      }
      turn(ring)
    }
    if let failure { throw failure }
    return nil
  }

  /// The oldest transfer has been read: it goes out again behind all others.
  private func turn(_ ring: USBTransferRing) {
    do throws(TransportError) { try ring.turn() } catch { failure = error }
  }

  /// The kernel wants no transfer in flight while a halt is cleared; what they brought stays.
  private func recover(
    _ ring: USBTransferRing, _ interface: USBInterface
  ) throws(TransportError) {
    stalls += 1
    guard stalls <= Self.mostStalls else { throw .disconnected(errno: EPIPE) }
    try collect(ring, interface)
    try interface.clearInputHalt()
    ring.forgiveStalls()
  }

  /// Cancels everything in flight and waits until it is ours again.
  private func collect(
    _ ring: USBTransferRing, _ interface: USBInterface
  ) throws(TransportError) {
    ring.cancelAll()
    let limit = HostClock.now.advanced(by: Self.cancelLimit)
    while ring.isAnyInFlight {
      let left = limit.since(HostClock.now)
      guard left > 0 else { throw .disconnected(errno: ETIMEDOUT) }
      try interface.context.handleEvents(for: left)
    }
  }

  private func close() {
    if let ring, let interface {
      // A ring whose transfers do not come back keeps their memory; the handle closes all the same.
      do throws(TransportError) { try collect(ring, interface) } catch { failure = error }
    }
    ring = nil
    interface = nil
  }
}

extension TransportError {
  /// The system's number for it; 0 where there is none.
  fileprivate var number: Int32 {
    switch self {
    case .cannotOpen(_, let number), .disconnected(let number), .system(let number): number
    case .writeTimedOut: ETIMEDOUT
    case .endOfCapture, .damagedCapture: 0
    }
  }
}
