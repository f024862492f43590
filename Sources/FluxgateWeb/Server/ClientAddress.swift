internal import Glibc
internal import NIOCore

/// Whom requests are counted against.
enum ClientAddress {
  /// An IPv4 address, or the /64 of an IPv6 one: a client has all of that.
  static func name(of channel: any Channel) -> String {
    guard let address = channel.remoteAddress else { return "unknown" }
    guard let text = address.ipAddress else { return "local" }
    var bytes = [UInt8](repeating: 0, count: 16)
    // SAFETY: the text is read during the call, which writes the 16 bytes of an IPv6 address.
    guard unsafe inet_pton(AF_INET6, text, &bytes) == 1 else { return text }
    return bytes.prefix(8).map { String($0, radix: 16) }.joined(separator: ".")
  }
}
