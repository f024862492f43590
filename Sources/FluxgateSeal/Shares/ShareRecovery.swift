/// Finds the secret among more shares than are needed, some of which may lie or be of other sets.
///
/// Shares carry no proof of their own: one lying holder spoils a recovery unnoticed until the digest
/// is compared, and with a threshold of 1 there is no digest. So other choices are tried, and a
/// secret counts only when it is the expected one.
public struct ShareRecovery: Sendable {
  /// The secret that was expected.
  public let secret: [UInt8]
  public let set: ShareSet
  /// Places in the list of shares, rising: those that gave the secret.
  public let used: [Int]
  /// Those that claim to be of the same set and hold another value: changed, or made up.
  public let lying: [Int]
  /// Those of other sets.
  public let others: [Int]

  /// 16 groups of 16 members: no set has more shares.
  public static let shareCountMax = 256

  /// - Parameter accept: whether a secret is the expected one, as by the fingerprint of its keys.
  /// - Throws: what is missing when no choice is complete, `digest` when no complete choice fits
  ///   together, `noneFits` when those that do give other secrets, `tooMuchWork` when not all choices
  ///   were tried.
  public static func run(
    _ shares: [Share], passphrase: [UInt8] = [], accept: ([UInt8]) -> Bool
  ) throws(ShareError) -> ShareRecovery {
    try SecretShares.check(passphrase)
    guard !shares.isEmpty else { throw .noShares }
    guard shares.count <= shareCountMax else { throw .shareCount(shares.count) }
    var work = RecoveryWork()
    var reason: ShareError?
    let sets = SharePool.sets(of: shares)
    for (place, members) in sets.enumerated() {
      // A hostile set spends its own part only; what one leaves is for the others.
      var part = work.split(among: sets.count - place)
      do throws(ShareError) {
        return try SharePool(members, of: shares, &part).recovery(passphrase, accept, &part)
      } catch {
        reason = reason.map { $0.isTelling(beside: error) ? $0 : error } ?? error
      }
      work.take(back: part)
    }
    throw reason ?? .noneFits
  }

  init(
    secret: [UInt8], set: ShareSet, used: [Int], lying: [Int], others: [Int]
  ) {
    self.secret = secret
    self.set = set
    self.used = used
    self.lying = lying
    self.others = others
  }
}
