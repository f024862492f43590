public import Fluxgate

/// Where a server listens: `127.0.0.1:8443`, `[::1]:8443`, `localhost:0`. Port 0 lets the system
/// choose.
public struct ListenAddress: Sendable, Hashable {
  public let host: String
  public let port: Int

  public init(_ text: String) throws(Fault) {
    guard let cut = text.lastIndex(of: ":"),
      let port = UInt16(text[text.index(after: cut)...]).map(Int.init),
      let host = Self.host(text[..<cut])
    else {
      throw Fault(
        "N01", "\"\(text)\" is no address to listen on",
        remedy: "give host and port, for example 127.0.0.1:8443 or [::1]:8443", exit: .refused)
    }
    self.host = host
    self.port = port
  }

  /// Only programs on this machine reach it.
  public var isLoopback: Bool {
    host == "localhost" || host == "::1"
      || (host.hasPrefix("127.") && host.allSatisfy { $0 == "." || $0.isNumber })
  }

  private static func host(_ text: Substring) -> String? {
    if text.hasPrefix("["), text.hasSuffix("]"), text.count > 2 {
      return String(text.dropFirst().dropLast())
    }
    return text.isEmpty || text.contains(":") || text.contains("[") ? nil : String(text)
  }
}
