/// Why shares are refused. No word and no value of a share is told.
public enum ShareError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Counts from 1.
  case unknownWord(place: Int)
  case wordCount(Int)
  case checksum
  /// Two to this times 10 000 iterations are more than is waited for.
  case iterationExponent(UInt8)
  /// The bits before the value are not zero.
  case padding
  /// A group or a group threshold beyond the number of groups.
  case groups
  case noShares
  /// More than a set can have.
  case shareCount(Int)
  case differentSets
  /// Of one group, which counts from 1.
  case differentThresholds(group: Int)
  case sameMember(group: Int)
  case groupCount(found: Int, needed: Int)
  case memberCount(group: Int, found: Int, needed: Int)
  /// The parts do not belong together: one of them lies, or a level is of another split.
  case digest
  /// Each choice of shares gives a secret that was not expected, or none.
  case noneFits
  /// Not all choices were tried: there are too many.
  case tooMuchWork
  /// A plan that cannot be split by; the text says why.
  case plan(String)
  /// Other characters than those from space to "~".
  case passphrase
  /// Not 16 to 64 bytes, or an odd number.
  case secretLength(Int)

  public var description: String {
    switch self {
    case .unknownWord(let place): "word \(place) is not in the list of words"
    case .wordCount(let count): "\(count) words are no share (33 for a secret of ours)"
    case .checksum: "the checksum does not fit: a word is wrong or in the wrong place"
    case .iterationExponent(let exponent):
      "iteration exponent \(exponent) is above \(ShareSet.iterationExponentMax): too much work"
    case .padding: "the padding is not zero"
    case .groups: "it names a group that its set does not have"
    case .noShares: "there is no share"
    case .shareCount(let count): "\(count) shares are more than a set has"
    case .differentSets: "the shares are of different sets"
    case .differentThresholds(let group): "the shares of group \(group) name different thresholds"
    case .sameMember(let group): "two shares are the same member of group \(group)"
    case .groupCount(let found, let needed): "\(found) of \(needed) groups are there"
    case .memberCount(let group, let found, let needed):
      "group \(group): \(found) of \(needed) shares are there"
    case .digest: "the shares do not belong together: the digest does not fit"
    case .noneFits: "no choice of these shares gives the expected secret"
    case .tooMuchWork: "these shares have too many choices to try them all"
    case .plan(let reason): reason
    case .passphrase: "a passphrase for shares has characters from space to ~ only"
    case .secretLength(let count): "a secret of \(count) bytes cannot be split"
    }
  }

  /// Of two sets that did not give the secret: whether this one's reason is the one to tell. Of
  /// reasons alike it is the first set's; a set that was put together whole says most.
  func isTelling(beside other: ShareError) -> Bool { rank >= other.rank }

  private var rank: Int {
    switch self {
    case .noneFits: 3
    case .tooMuchWork: 2
    case .iterationExponent: 0
    default: 1
    }
  }
}
