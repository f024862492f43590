/// Splits a secret into the shares of SLIP-0039 and puts exactly as many as are needed together.
public enum SecretShares {
  /// - Parameters:
  ///   - secret: 16 to 64 bytes, an even number.
  ///   - passphrase: printable ASCII; empty for none. A wrong one gives another secret, silently.
  ///   - isExtendable: false only for readers that do not know the flag.
  ///   - iterationExponent: 0 to ``ShareSet/iterationExponentMax``.
  /// - Returns: the shares of each group, in the plan's order.
  public static func split(
    _ secret: [UInt8], by plan: SharePlan, passphrase: [UInt8] = [], isExtendable: Bool = true,
    iterationExponent: UInt8 = 1
  ) throws(ShareError) -> [[Share]] {
    try check(passphrase)
    guard ShareBits.byteCounts.contains(secret.count), secret.count % 2 == 0 else {
      throw .secretLength(secret.count)
    }
    let random = RandomBytes.make(2)
    let set = ShareSet(
      identifier: (UInt16(random[0]) << 8 | UInt16(random[1])) & 0x7FFF,
      isExtendable: isExtendable, iterationExponent: iterationExponent,
      groupThreshold: plan.groupThreshold, groupCount: plan.groups.count)
    try set.checkIterations()
    var encrypted = ShareCipher(set: set, passphrase: passphrase).encrypt(secret)
    defer { encrypted.wipe() }
    let parts = Threshold.split(
      encrypted, threshold: plan.groupThreshold, count: plan.groups.count)
    return zip(plan.groups, parts).enumerated().map { place, pair in
      let (group, part) = pair
      let values = Threshold.split(part, threshold: group.threshold, count: group.count)
      return values.enumerated().map { member, value in
        Share(
          set: set, group: place, member: member, memberThreshold: group.threshold, value: value)
      }
    }
  }

  /// The secret of exactly as many groups and members as the shares themselves ask for: more would
  /// hide that one of them lies, fewer give another secret.
  public static func combine(
    _ shares: [Share], passphrase: [UInt8] = []
  ) throws(ShareError) -> [UInt8] {
    try check(passphrase)
    guard let set = shares.first?.set else { throw .noShares }
    guard shares.allSatisfy({ $0.set == set && $0.value.count == shares[0].value.count }) else {
      throw .differentSets
    }
    try set.checkIterations()
    let groups = Dictionary(grouping: shares, by: \.group).sorted { $0.key < $1.key }
    guard groups.count == set.groupThreshold else {
      throw .groupCount(found: groups.count, needed: set.groupThreshold)
    }
    var parts: [SharePoint] = []
    for (group, members) in groups {
      parts.append(SharePoint(place: UInt8(group), values: try combine(members, of: group + 1)))
    }
    guard var encrypted = Threshold.combine(parts) else { throw .digest }
    defer { encrypted.wipe() }
    return ShareCipher(set: set, passphrase: passphrase).decrypt(encrypted)
  }

  private static func combine(
    _ members: [Share], of group: Int
  ) throws(ShareError) -> [UInt8] {
    let needed = members[0].memberThreshold
    guard members.allSatisfy({ $0.memberThreshold == needed }) else {
      throw .differentThresholds(group: group)
    }
    guard Set(members.map(\.member)).count == members.count else {
      throw .sameMember(group: group)
    }
    guard members.count == needed else {
      throw .memberCount(group: group, found: members.count, needed: needed)
    }
    guard let value = Threshold.combine(members.map(\.point)) else { throw .digest }
    return value
  }

  static func check(_ passphrase: [UInt8]) throws(ShareError) {
    guard passphrase.allSatisfy({ 0x20...0x7E ~= $0 }) else { throw .passphrase }
  }
}

extension Share {
  var point: SharePoint { SharePoint(place: UInt8(member), values: value) }
}
