internal import CLinux
package import FluxgateSignal
internal import Glibc

/// An open line of the kernel (terminal or socket), non-blocking, closed when it goes out of use.
///
/// The one place where this module reads, writes and waits. One thread.
package struct LineDescriptor: ~Copyable {
  package let number: Int32
  private let isSocket: Bool
  /// Each read gives one datagram, and an empty one is no end.
  private let isDatagram: Bool

  /// Takes the descriptor over; it must be non-blocking.
  package init(owning number: Int32, isSocket: Bool, isDatagram: Bool = false) {
    self.number = number
    self.isSocket = isSocket
    self.isDatagram = isDatagram
  }

  deinit { _ = Glibc.close(number) }

  /// Longest single wait; a longer one is made of several by the caller's loop.
  private static let longestWait: Int64 = .seconds(3600)
  /// A line that takes no byte for so long is given up.
  private static let longestWrite: Int64 = .seconds(1)

  /// Waits for bytes at most until `deadline` and puts them at the start of `buffer`.
  package func read(
    into buffer: inout [UInt8], until deadline: HostTime
  ) throws(TransportError) -> Arrival {
    precondition(!buffer.isEmpty)
    while true {
      let count = takeBytes(into: &buffer)
      if count > 0 { return Arrival(byteCount: count, time: HostClock.now) }
      if count == 0 {
        guard isDatagram else { throw .disconnected(errno: 0) }
        // A datagram of no bytes says nothing.
        continue
      }
      try Self.judge(errno)
      let found = try wait(for: Int16(POLLIN), until: deadline)
      if found == 0 {
        let now = HostClock.now
        if now >= deadline { return Arrival(byteCount: 0, time: now) }
      } else if found & Int16(POLLIN) == 0, !isDatagram {
        throw .disconnected(errno: 0)
      }
    }
  }

  /// Sends everything, or throws when the line takes nothing for a second.
  package func write(_ bytes: [UInt8]) throws(TransportError) {
    var sent = 0
    var deadline = HostClock.now.advanced(by: Self.longestWrite)
    while sent < bytes.count {
      let count = giveBytes(bytes, from: sent)
      if count > 0 {
        sent += count
        deadline = HostClock.now.advanced(by: Self.longestWrite)
        continue
      }
      if count < 0 { try Self.judge(errno) }
      let found = try wait(for: Int16(POLLOUT), until: deadline)
      if found & Int16(POLLERR | POLLHUP | POLLNVAL) != 0 { throw .disconnected(errno: EIO) }
      if found == 0, HostClock.now >= deadline { throw .writeTimedOut }
    }
  }

  /// Sends what the line takes at once.
  ///
  /// - Returns: how many bytes were taken; 0 when the line is full.
  package func writeSome(_ bytes: [UInt8], from start: Int) throws(TransportError) -> Int {
    let count = giveBytes(bytes, from: start)
    if count < 0 { try Self.judge(errno) }
    return max(0, count)
  }

  /// - Returns: the poll events found, 0 when none came in time.
  package func wait(for events: Int16, until deadline: HostTime) throws(TransportError) -> Int16 {
    let left = min(max(0, deadline.since(HostClock.now)), Self.longestWait)
    let found = fg_wait(number, events, left)
    if found < 0, errno != EINTR { throw .system(errno: errno) }
    return Int16(truncatingIfNeeded: max(0, found))
  }

  private func takeBytes(into buffer: inout [UInt8]) -> Int {
    // SAFETY: the kernel writes at most the buffer's own count of bytes.
    unsafe buffer.withUnsafeMutableBytes { place in
      unsafe Glibc.read(number, place.baseAddress, place.count)
    }
  }

  private func giveBytes(_ bytes: [UInt8], from start: Int) -> Int {
    // SAFETY: the kernel reads the part of the array from `start` on, which is within it.
    unsafe bytes.withUnsafeBytes { all in
      let part = unsafe UnsafeRawBufferPointer(rebasing: all[start...])
      // A socket whose peer is gone must answer EPIPE, not end the program by a signal.
      return isSocket
        ? unsafe send(number, part.baseAddress, part.count, Int32(MSG_NOSIGNAL))
        : unsafe Glibc.write(number, part.baseAddress, part.count)
    }
  }

  /// Returns for what passes by waiting, throws for all else.
  private static func judge(_ code: Int32) throws(TransportError) {
    switch code {
    case EAGAIN, EINTR: return
    case EIO, ENODEV, ENXIO, EPIPE, EBADF, ECONNRESET, ECONNREFUSED, ECONNABORTED, ENOTCONN,
      ETIMEDOUT,
      EHOSTUNREACH, ENETUNREACH, ENETDOWN:
      throw .disconnected(errno: code)
    default: throw .system(errno: code)
    }
  }
}
