/// The shares that claim to be of one set.
struct SharePool {
  /// One group's value as some of its members give it.
  struct Part {
    let group: Int
    let value: [UInt8]
    /// Places in the list of shares.
    let members: [Int]

    var point: SharePoint { SharePoint(place: UInt8(group), values: value) }
  }

  private let set: ShareSet
  /// Places of the shares of other sets.
  private let others: [Int]
  /// By place in the list of shares.
  private let shares: [Int: Share]
  /// By group; each value once.
  private let parts: [Int: [Part]]

  /// The places of the shares that claim to be of one set, set by set.
  static func sets(of shares: [Share]) -> [[Int]] {
    // The same share twice is one share.
    let once = shares.indices.filter { shares.firstIndex(of: shares[$0]) == $0 }
    return Dictionary(grouping: once) { Kind(shares[$0]) }.values.sorted { $0[0] < $1[0] }
  }

  /// A share of another length is of another set, whatever it claims.
  private struct Kind: Hashable {
    let set: ShareSet
    let length: Int

    init(_ share: Share) {
      set = share.set
      length = share.value.count
    }
  }

  /// Half of the work goes into the groups, each of which has its own part of that.
  ///
  /// - Parameter places: shares that claim to be of one set.
  init(_ places: [Int], of all: [Share], _ work: inout RecoveryWork) throws(ShareError) {
    set = all[places[0]].set
    try set.checkIterations()
    let kind = Kind(all[places[0]])
    others = all.indices.filter { Kind(all[$0]) != kind }
    shares = Dictionary(uniqueKeysWithValues: places.map { ($0, all[$0]) })
    let groups = Dictionary(grouping: places) { all[$0].group }.sorted { $0.key < $1.key }
    var half = work.split(among: 2)
    var found: [Int: [Part]] = [:]
    for (place, group) in groups.enumerated() {
      var part = half.split(among: groups.count - place)
      let values = Self.parts(of: group.value, all, &part)
      if !values.isEmpty { found[group.key] = values }
      half.take(back: part)
    }
    work.take(back: half)
    parts = found
  }

  /// Every value that enough members of one group agree on.
  private static func parts(
    of places: [Int], _ all: [Share], _ work: inout RecoveryWork
  ) -> [Part] {
    var found: [[UInt8]: Part] = [:]
    let thresholds = Dictionary(grouping: places, by: { all[$0].memberThreshold })
    for (threshold, agreeing) in thresholds.sorted(by: { $0.value[0] < $1.value[0] }) {
      for choice in Choices(of: threshold, among: agreeing) {
        guard work.spend(RecoveryWork.interpolation(threshold)) else { break }
        guard Set(choice.map { all[$0].member }).count == threshold,
          let value = Threshold.combine(choice.map { all[$0].point }), found[value] == nil
        else { continue }
        found[value] = Part(group: all[choice[0]].group, value: value, members: choice)
      }
    }
    return found.values.sorted { $0.members.lexicographicallyPrecedes($1.members) }
  }

  /// Tries every way to take one value of each of as many groups as are needed.
  func recovery(
    _ passphrase: [UInt8], _ accept: ([UInt8]) -> Bool, _ work: inout RecoveryWork
  ) throws(ShareError) -> ShareRecovery {
    guard parts.count >= set.groupThreshold else { throw work.isSpent ? .tooMuchWork : lack }
    var reason = ShareError.digest
    for groups in Choices(of: set.groupThreshold, among: parts.keys.sorted()) {
      for choice in OneOfEach(groups.compactMap { parts[$0] }) {
        guard work.spend(RecoveryWork.interpolation(choice.count)) else { throw .tooMuchWork }
        guard let encrypted = Threshold.combine(choice.map(\.point)) else { continue }
        guard work.spend(RecoveryWork.decryption(set)) else { throw .tooMuchWork }
        let secret = ShareCipher(set: set, passphrase: passphrase).decrypt(encrypted)
        if accept(secret) { return found(secret, choice) }
        reason = .noneFits
      }
    }
    throw work.isSpent ? .tooMuchWork : reason
  }

  /// Why there is no choice: what is missing, or that what is there does not fit together.
  private var lack: ShareError {
    let groups = Dictionary(grouping: shares.values, by: \.group)
    for (group, members) in groups.sorted(by: { $0.key < $1.key }) where parts[group] == nil {
      let needed = members.map(\.memberThreshold).min() ?? 0
      let found = Set(members.map(\.member)).count
      if found >= needed { return .digest }
      return .memberCount(group: group + 1, found: found, needed: needed)
    }
    return .groupCount(found: parts.count, needed: set.groupThreshold)
  }

  private func found(_ secret: [UInt8], _ choice: [Part]) -> ShareRecovery {
    ShareRecovery(
      secret: secret, set: set, used: choice.flatMap(\.members).sorted(),
      lying: shares.filter { !isTrue($0.value, under: choice) }.keys.sorted(), others: others)
  }

  /// Whether a share lies on the polynomial of its group. Where too few of a group are there to
  /// tell, it is not called a lie.
  private func isTrue(_ share: Share, under choice: [Part]) -> Bool {
    let value = choice.map(\.point).values(at: UInt8(share.group))
    if share.memberThreshold == 1 { return share.value == value }
    guard let part = parts[share.group]?.first(where: { $0.value == value }) else { return true }
    let members = part.members.compactMap { shares[$0] }
    guard members[0].memberThreshold == share.memberThreshold else { return false }
    return members.map(\.point).values(at: UInt8(share.member)) == share.value
  }
}
