internal import NIOCore

/// Whom requests are counted against.
enum ClientAddress {
  /// An IPv4 address, or the /64 of an IPv6 one: a client has all of that.
  static func name(of channel: any Channel) -> String {
    guard let address = channel.remoteAddress else { return "unknown" }
    guard case .v6(let v6) = address else { return address.ipAddress ?? "local" }
    // SAFETY: the first 8 of the address's 16 bytes are copied during the call.
    return unsafe withUnsafeBytes(of: v6.address.sin6_addr) { bytes in
      unsafe bytes.prefix(8).map { String($0, radix: 16) }.joined(separator: ".")
    }
  }
}
