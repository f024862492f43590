/// An authority's signed statement that something existed at a time (RFC 3161).
///
/// There is no value of it that has not been verified.
public struct TimeStamp: Hashable, Sendable {
  /// Longest reply that is read. Real services reach 6 kB.
  public static let byteCountMax = 65_536

  /// The authority's whole reply, as it came.
  public let bytes: [UInt8]
  /// UTC seconds since 1970, rounded down.
  public let time: Int64
  /// Seconds by which the true time may be later or earlier, as far as the authority says,
  /// rounded up.
  public let uncertainty: Int64
  /// The subject of the signer's certificate, `/C=…/CN=…`.
  public let authority: String

  /// - Parameters:
  ///   - reply: as it came from the authority.
  ///   - request: what was asked. Its nonce is compared if it has one.
  ///   - roots: certificates are judged as of the time that the stamp states, for a stamp
  ///     outlives them. Revocation is not looked up.
  public init(
    _ reply: [UInt8], answering request: StampRequest, roots: StampRoots
  ) throws(StampError) {
    let check = try StampCheck(reply)
    try check.requireToken()
    let (time, uncertainty) = try check.time()
    (self.bytes, self.time, self.uncertainty) = (reply, time, uncertainty)
    let trusted = try roots.load(asOf: time)
    authority = try check.requireSigner(trusted)
    try check.verify(request, trusted)
  }
}
