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
}
