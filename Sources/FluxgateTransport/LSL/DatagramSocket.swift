internal import CLinux
package import FluxgateSignal
internal import Glibc

/// A UDP socket over IPv4, non-blocking, closed when it goes out of use. Addresses are in the
/// machine's order. One thread.
package struct DatagramSocket: ~Copyable {
  package let number: Int32

  package struct Received {
    package var byteCount: Int
    package var address: UInt32
    package var port: UInt16
  }

  /// - Parameter shares: lets several programs have the port, as discovery does.
  package init(
    address: UInt32 = 0, port: UInt16 = 0, shares: Bool = false
  ) throws(TransportError) {
    number = fg_udp_open(address, port, shares ? 1 : 0)
    guard number >= 0 else { throw .cannotOpen(name: "UDP port \(port)", errno: errno) }
  }

  deinit { _ = close(number) }

  package var port: UInt16 { fg_socket_port(number) }

  /// Lets it send to broadcast addresses and groups.
  package func reach(hops: Int32, interface: UInt32) throws(TransportError) {
    guard fg_udp_reach(number, hops, interface) == 0 else { throw .system(errno: errno) }
  }

  /// Sends one datagram. One that cannot leave is lost, as it may be anywhere on its way.
  package func send(_ bytes: [UInt8], to address: UInt32, _ port: UInt16) {
    // SAFETY: the kernel reads the array's own bytes.
    unsafe bytes.withUnsafeBytes { all in
      _ = unsafe fg_udp_send(number, all.baseAddress, all.count, address, port)
    }
  }

  /// - Returns: nil when none waits.
  package func receive(into buffer: inout [UInt8]) -> Received? {
    var address: UInt32 = 0
    var port: UInt16 = 0
    // SAFETY: the kernel writes at most the buffer's own count of bytes.
    let count = unsafe buffer.withUnsafeMutableBytes { place in
      unsafe fg_udp_receive(number, place.baseAddress, place.count, &address, &port)
    }
    return count >= 0 ? Received(byteCount: count, address: address, port: port) : nil
  }

  /// Whether a datagram came before `deadline`.
  package func wait(until deadline: HostTime) -> Bool {
    fg_wait(number, Int16(POLLIN), max(0, deadline.since(HostClock.now))) > 0
  }
}
