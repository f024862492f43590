import Testing

@testable import FluxgateSeal

/// More shares than are needed, and some that lie.
@Suite struct ShareRecoveryTests {
  private let secret = [UInt8](32..<64)

  private func split(_ plan: String, groups: Int? = nil) throws -> [[Share]] {
    try SecretShares.split(
      secret, by: try SharePlan(text: plan, groupThreshold: groups), iterationExponent: 0)
  }

  private func recover(_ shares: [Share]) throws -> ShareRecovery {
    try ShareRecovery.run(shares) { $0 == secret }
  }

  /// The same place with another value under a right checksum: what a lying holder would bring.
  private func lie(_ share: Share) -> Share {
    Share(
      set: share.set, group: share.group, member: share.member,
      memberThreshold: share.memberThreshold, value: share.value.map { $0 ^ 0x55 })
  }

  @Test(arguments: 0..<4)
  func `one liar among four is passed over and named`(liar: Int) throws {
    var shares = try split("3of4")[0]
    shares[liar] = lie(shares[liar])
    let found = try recover(shares)
    #expect(found.secret == secret && found.lying == [liar])
    #expect(found.used == [0, 1, 2, 3].filter { $0 != liar })
  }

  @Test func `with a liar and no share to spare nothing comes out`() throws {
    var shares = try split("3of4")[0]
    shares[1] = lie(shares[1])
    #expect(throws: ShareError.digest) { try recover(Array(shares.prefix(3))) }
    #expect(throws: ShareError.memberCount(group: 1, found: 2, needed: 3)) {
      try recover(Array(shares.suffix(2)) + [shares[2]])
    }
  }

  @Test func `a lying group is passed over`() throws {
    let groups = try split("1of1,2of3,1of1", groups: 2)
    let found = try recover([lie(groups[0][0]), groups[2][0]] + groups[1])
    #expect(found.lying == [0] && found.used == [1, 2, 3])
    #expect(throws: ShareError.digest) { try recover([lie(groups[0][0])] + groups[2]) }
  }

  @Test func `without a digest the expected secret decides`() throws {
    let share = try split("1of1")[0][0]
    #expect(try recover([lie(share), share]).lying == [0])
    #expect(throws: ShareError.noneFits) { try recover([lie(share)]) }
  }

  @Test func `shares of an old set are told apart`() throws {
    let (old, new) = (try split("2of3")[0], try split("2of3")[0])
    let found = try recover([old[0], new[1], new[2], new[1]])
    #expect(found.used == [1, 2] && found.others == [0] && found.lying.isEmpty)
    #expect(throws: ShareError.memberCount(group: 1, found: 1, needed: 2)) {
      try recover([old[0], new[1]])
    }
    #expect(try recover(old).used == [0, 1], "an old set still gives the secret")
  }

  @Test func `a liar who claims a lower threshold gains nothing`() throws {
    var shares = try split("2of3")[0]
    shares[0] = Share(
      set: shares[0].set, group: 0, member: 0, memberThreshold: 1, value: shares[0].value)
    let found = try recover(shares)
    #expect(found.used == [1, 2] && found.lying == [0])
  }

  @Test func `sixteen sheets of which eight are needed`() throws {
    var shares = try split("8of16")[0]
    for liar in [0, 5, 9] { shares[liar] = lie(shares[liar]) }
    #expect(try recover(Array(shares[..<12])).lying == [0, 5, 9])
  }

  private func share(
    _ group: Int, _ value: UInt8, member: Int = 0, threshold: Int = 1, groups: Int = 1,
    exponent: UInt8 = 0
  ) -> Share {
    let set = ShareSet(
      identifier: 77, isExtendable: true, iterationExponent: exponent, groupThreshold: groups,
      groupCount: groups)
    return Share(
      set: set, group: group, member: member, memberThreshold: threshold,
      value: [UInt8](repeating: value, count: 32))
  }

  /// More choices than atoms, on either level.
  @Test func `a hostile heap of shares ends, and an honest set beside it is found`() throws {
    let members = (0..<200).map { share(0, $0, threshold: 9) }
    #expect(throws: ShareError.tooMuchWork) { try recover(members) }
    let groups = (0..<12).flatMap { group in
      (0..<16).map { share(group, $0, groups: 12) }
    }
    #expect(throws: ShareError.tooMuchWork) { try recover(groups) }
    let honest = try split("3of4")[0]
    let found = try recover(members + honest)
    #expect(found.used == [200, 201, 202] && found.lying.isEmpty)
  }

  @Test func `too many shares, and those that ask for too much work, are refused`() throws {
    #expect(throws: ShareError.shareCount(257)) {
      try recover((0..<257).map { share(0, UInt8($0 & 255)) })
    }
    let greedy = share(0, 1, exponent: 11)
    #expect(throws: ShareError.iterationExponent(11)) { try recover([greedy]) }
    #expect(throws: ShareError.iterationExponent(11)) { try SecretShares.combine([greedy]) }
    #expect(throws: ShareError.iterationExponent(11)) {
      try SecretShares.split(
        secret, by: try SharePlan(text: "1of1", groupThreshold: nil), iterationExponent: 11)
    }
    let honest = try split("2of3")[0]
    #expect(try recover([greedy] + honest).used == [1, 2])
    #expect(throws: ShareError.memberCount(group: 1, found: 1, needed: 2)) {
      try recover([greedy, honest[0]])
    }
  }

  @Test func `work is weighed by the exponent, and a part of it is all that one has`() {
    let costs = (UInt8(0)...10).map { RecoveryWork.decryption(share(0, 1, exponent: $0).set) }
    #expect(zip(costs, costs.dropFirst()).allSatisfy { $1 == 2 * $0 })
    var work = RecoveryWork()
    var part = work.split(among: 4)
    var count = 0
    while part.spend(costs[10]) { count += 1 }
    #expect(count == 1 && part.isSpent && !work.isSpent)
    work.take(back: part)
    #expect(work.isSpent)
    while work.spend(costs[10]) { count += 1 }
    #expect(count == 4)
  }

  @Test func `choices are those of their kind, in order and made one by one`() {
    #expect(Array(Choices(of: 2, among: [1, 2, 3])) == [[1, 2], [1, 3], [2, 3]])
    #expect(Array(Choices(of: 0, among: [1])) == [[]])
    #expect(Array(Choices(of: 2, among: [1])).isEmpty)
    #expect(
      Array(OneOfEach([[1, 2], [3], [4, 5]])) == [[1, 3, 4], [1, 3, 5], [2, 3, 4], [2, 3, 5]])
    #expect(Array(OneOfEach([[1], []])).isEmpty)
    var many = Choices(of: 128, among: Array(0..<256))
    #expect(many.next()?.last == 127)
    #expect(many.next()?.last == 128)
  }

  @Test func `longer words and sheets than any secret has are refused`() throws {
    let long = [UInt8](repeating: 7, count: 66)
    #expect(throws: ShareError.secretLength(66)) {
      try SecretShares.split(long, by: try SharePlan(text: "1of1", groupThreshold: nil))
    }
    let words = Share(
      set: share(0, 1).set, group: 0, member: 0, memberThreshold: 1, value: long
    ).words
    #expect(throws: ShareError.wordCount(words.count)) { try Share(words: words) }
    let most = Array(long.prefix(64))
    #expect(
      try SecretShares.combine(
        SecretShares.split(
          most, by: try SharePlan(text: "1of1", groupThreshold: nil), iterationExponent: 0)[0])
        == most)
    #expect(throws: RecoverySheetError.tooLong) {
      try RecoverySheet(text: String(repeating: "academic ", count: 2000))
    }
  }
}
