/// How much work a recovery may still take: a hostile heap of shares must not keep a reader busy for
/// ever.
///
/// A unit is one point of an interpolation weighed by another, or 40 iterations of a key derivation.
/// All of it is 2000 decryptions with iteration exponent 1, or 4 with the highest that is taken: half
/// a minute.
struct RecoveryWork {
  private var left = 1 << 20
  /// Something was not done for want of work.
  private(set) var isSpent = false

  /// Of one value from so many points: each is weighed by each.
  static func interpolation(_ count: Int) -> Int { count * count }

  /// 10 000 iterations times two to the exponent.
  static func decryption(_ set: ShareSet) -> Int { 256 << Int(set.iterationExponent) }

  /// False when so much is not left.
  mutating func spend(_ cost: Int) -> Bool {
    guard cost <= left else {
      isSpent = true
      return false
    }
    left -= cost
    return true
  }

  /// An equal part for the first of so many.
  mutating func split(among count: Int) -> RecoveryWork {
    var part = RecoveryWork()
    part.left = left / count
    left -= part.left
    return part
  }

  /// What a part has left.
  mutating func take(back part: RecoveryWork) {
    left += part.left
    isSpent = isSpent || part.isSpent
  }
}
