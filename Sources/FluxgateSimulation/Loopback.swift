internal import CLinux
internal import Glibc

/// Sockets of this machine, 127.0.0.1, that gateways are let in by.
enum Loopback {
  static func bind(_ number: Int32, _ port: UInt16) -> Bool {
    unsafe withAddress(port) { unsafe Glibc.bind(number, $0, $1) == 0 }
  }

  static func boundPort(of number: Int32) -> UInt16 {
    var address = sockaddr_in()
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    // SAFETY: a sockaddr_in begins as a sockaddr does; the kernel writes at most `size` bytes.
    let status = unsafe withUnsafeMutablePointer(to: &address) { place in
      unsafe place.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe getsockname(number, $0, &size)
      }
    }
    return status == 0 ? UInt16(bigEndian: address.sin_port) : 0
  }

  /// Binds a socket of datagrams to whoever sent the one that waits, which stays to be read.
  ///
  /// - Returns: false where none waits.
  static func connectToSender(_ number: Int32) -> Bool {
    guard fg_wait(number, Int16(POLLIN), 0) > 0 else { return false }
    var sender = sockaddr_in()
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    var byte: UInt8 = 0
    // SAFETY: the kernel writes at most one byte and `size` bytes of address.
    let status = unsafe withUnsafeMutablePointer(to: &sender) { place in
      unsafe place.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe recvfrom(number, &byte, 1, Int32(MSG_PEEK), $0, &size)
      }
    }
    guard status >= 0 else { return false }
    // SAFETY: as in `boundPort`.
    return unsafe withUnsafePointer(to: &sender) { place in
      unsafe place.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe connect(number, $0, size) == 0
      }
    }
  }

  /// Lets a socket of datagrams take them from anybody again.
  static func disconnect(_ number: Int32) {
    var nobody = sockaddr()
    nobody.sa_family = sa_family_t(AF_UNSPEC)
    // SAFETY: the kernel reads the address's own size.
    _ = unsafe connect(number, &nobody, socklen_t(MemoryLayout<sockaddr>.size))
  }

  private static func withAddress(
    _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Bool
  ) -> Bool {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    // SAFETY: a sockaddr_in begins as a sockaddr does, and its true size is told.
    return unsafe withUnsafePointer(to: &address) { place in
      unsafe place.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe body($0, size)
      }
    }
  }
}
