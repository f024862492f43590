/// How to find out whether a line is a profile's device, from its `probe:`. Times are in nanoseconds.
///
/// Listening comes first and may be all. Bytes are sent only to devices that the profile's `match`
/// claims: see ``LineProbe``.
public struct ProbeScript: Sendable, Hashable {
  /// Only listens for so long.
  public var listen: Int64
  /// A line that only this device says of itself.
  public var hears: BoundedPattern?
  /// Or so many sound frames of the profile's driver.
  public var frames: Int?
  /// What is asked if listening told nothing; empty for nothing.
  public var send: [UInt8]
  public var expect: BoundedPattern?
  public var within: Int64
  /// What ends a reply.
  public var replyEnd: [UInt8]
}
