public import FluxgateSignal

/// Bytes from and to one device, with a deadline. Belongs to one thread.
///
/// Live links read the host's clock; a replayed capture gives the capture's clock. The code behind
/// a transport cannot tell them apart: that is what makes a replay the same path.
public protocol Transport: AnyObject {
  /// What a technician calls the link: a device node, an address, a capture's name.
  var name: String { get }

  /// The present moment on this link's clock.
  var now: HostTime { get }

  /// Blocks the calling thread until bytes arrive, at most until `deadline`.
  ///
  /// - Returns: how many bytes were put at the start of `buffer` (0: the deadline passed first), and
  ///   when they arrived.
  func read(into buffer: inout [UInt8], until deadline: HostTime) throws(TransportError) -> Arrival

  /// Sends all of `bytes` or throws.
  func write(_ bytes: [UInt8]) throws(TransportError)
}

/// The outcome of one read.
public struct Arrival: Sendable, Hashable {
  public var byteCount: Int
  public var time: HostTime

  public init(byteCount: Int, time: HostTime) {
    self.byteCount = byteCount
    self.time = time
  }
}

/// What can happen to a link, with the numbers a person needs.
public enum TransportError: Error, Sendable, Hashable {
  /// The link could not be opened.
  case cannotOpen(name: String, errno: Int32)
  /// The peer or the cable is gone; `errno` is 0 for an orderly end.
  case disconnected(errno: Int32)
  /// The peer took no bytes in time.
  case writeTimedOut
  /// A replayed capture has no more bytes.
  case endOfCapture
  /// A capture cannot be read; `offset` is in bytes from its start.
  case damagedCapture(offset: Int, CaptureFault)
  /// Anything else that the system answered.
  case system(errno: Int32)
}

/// What is wrong with a capture file.
public enum CaptureFault: Error, Sendable, Hashable {
  case notPcapng
  case truncated
  case badBlockLength
  case unknownLinkType(UInt16)
  case noInterface
  case badPacket
  /// A packet of the device was kept only in part: capture without a length limit.
  case cutPacket
}
