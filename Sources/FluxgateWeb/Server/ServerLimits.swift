/// What one client may take of a server. Nothing that a client sends or leaves out goes past these.
public struct ServerLimits: Sendable, Hashable {
  /// All header fields of a request together, bytes.
  public var headerByteCount = 32 << 10
  public var bodyByteCount: Int
  /// Open at once; further ones wait in the system's queue.
  public var connections = 256
  /// Open at once from one address (IPv6: one /64); further ones are closed.
  public var connectionsPerAddress = 64
  /// Without a request, or within a request's head, seconds.
  public var idleSeconds = 30
  /// From a request's head to the end of its body, seconds.
  public var requestSeconds = 30
  /// A client that takes no byte of an answer for so long is let go, seconds.
  public var stallSeconds = 30
  /// Requests in progress when a stop is asked for have so long to end, seconds.
  public var stopSeconds = 10
  /// Requests from one address: this many at once, and as many a second over time.
  public var addressBurst = 200.0
  public var addressRate = 50.0

  public init(bodyByteCount: Int) { self.bodyByteCount = bodyByteCount }
}
