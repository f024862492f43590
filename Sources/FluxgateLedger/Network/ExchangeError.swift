/// Why no answer came from a server.
///
/// The words in it are those of the network libraries; none holds a header or a body.
public enum ExchangeError: Error, Hashable, Sendable {
  /// Not an `http://` or `https://` address, or a header that HTTP does not allow.
  case badRequest(String)
  /// Nothing answers there, or the connection broke.
  case unreachable(String)
  /// The server's certificate does not lead to a trusted authority, or names another host.
  case untrusted(String)
  /// The file of certificate authorities cannot be read.
  case badAuthorities(path: String)
  /// No whole answer within the seconds given.
  case timedOut(seconds: Int)
  /// The body is longer than the caller takes.
  case tooLarge(limit: Int)
  /// The file that a download goes into.
  case file(LedgerError)
  case cancelled
}
