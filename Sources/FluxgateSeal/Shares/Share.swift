/// What all shares of one split have in common; shares of different sets do not combine.
public struct ShareSet: Hashable, Sendable {
  /// 15 random bits.
  public let identifier: UInt16
  /// True when the identifier does not enter the encryption, so that later sets of the same secret
  /// can have the same passphrase.
  public let isExtendable: Bool
  /// 0...15; doubles the work of a guess at the passphrase with each step.
  public let iterationExponent: UInt8
  /// The highest that is taken: ten million iterations, some seconds.
  public static let iterationExponentMax: UInt8 = 10
  public let groupThreshold: Int
  public let groupCount: Int

  func checkIterations() throws(ShareError) {
    guard iterationExponent <= Self.iterationExponentMax else {
      throw .iterationExponent(iterationExponent)
    }
  }

  var salt: [UInt8] {
    isExtendable
      ? [] : Array("shamir".utf8) + [UInt8(identifier >> 8), UInt8(truncatingIfNeeded: identifier)]
  }

  /// The identifier as four hexadecimal digits, to tell sets apart on paper.
  public var text: String {
    Hexadecimal.encode([UInt8(identifier >> 8), UInt8(truncatingIfNeeded: identifier)])
  }
}

/// One share of a secret (SLIP-0039): a part of it and where the part belongs. Groups and members
/// count from 0.
public struct Share: Hashable, Sendable {
  public let set: ShareSet
  public let group: Int
  public let member: Int
  public let memberThreshold: Int
  /// 16 to 64 bytes, an even number; as long as the secret.
  let value: [UInt8]

  /// How many words spell a share of 32 bytes.
  static let usualWordCount = 33

  /// The words, with one space between.
  public var mnemonic: String { words.joined(separator: " ") }

  public var words: [String] {
    let body = ShareBits.head(self) + ShareBits.places(of: value)
    let checked = body + ShareChecksum.make(body, isExtendable: set.isExtendable)
    return checked.map { ShareWords.all[Int($0)] }
  }

  /// Refuses, and never corrects, what is not exactly a share.
  public init(mnemonic: String) throws(ShareError) {
    try self.init(words: mnemonic.split(whereSeparator: \.isWhitespace).map(String.init))
  }

  public init(words: [String]) throws(ShareError) {
    guard ShareBits.wordCounts.contains(words.count) else { throw .wordCount(words.count) }
    var places: [UInt16] = []
    for (index, word) in words.enumerated() {
      guard let place = ShareWords.place(of: word) else { throw .unknownWord(place: index + 1) }
      places.append(place)
    }
    // The flag says which checksum it is.
    guard ShareChecksum.fits(places, isExtendable: ShareBits.isExtendable(places)) else {
      throw .checksum
    }
    let body = places.dropFirst(ShareBits.headLength).dropLast(ShareChecksum.length)
    try self.init(places, value: try ShareBits.bytes(of: Array(body)))
  }

  init(set: ShareSet, group: Int, member: Int, memberThreshold: Int, value: [UInt8]) {
    self.set = set
    self.group = group
    self.member = member
    self.memberThreshold = memberThreshold
    self.value = value
  }

  private init(_ places: [UInt16], value: [UInt8]) throws(ShareError) {
    let first = UInt32(places[0]) << 10 | UInt32(places[1])
    let second = UInt32(places[2]) << 10 | UInt32(places[3])
    func field(_ shift: UInt32) -> Int { Int(second >> shift & 15) }
    set = ShareSet(
      identifier: UInt16(first >> 5), isExtendable: first >> 4 & 1 == 1,
      iterationExponent: UInt8(first & 15), groupThreshold: field(12) + 1,
      groupCount: field(8) + 1)
    group = field(16)
    member = field(4)
    memberThreshold = field(0) + 1
    self.value = value
    guard set.groupThreshold <= set.groupCount, group < set.groupCount else { throw .groups }
  }
}
