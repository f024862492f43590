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

  /// A hostile heap of shares must not keep a reader busy for ever.
  private static let triesMax = 2048

  /// - Parameter accept: whether a secret is the expected one, as by the fingerprint of its keys.
  /// - Throws: what is missing when no choice is complete, `digest` when no complete choice fits
  ///   together, `noneFits` when those that do give other secrets.
  public static func run(
    _ shares: [Share], passphrase: [UInt8] = [], accept: ([UInt8]) -> Bool
  ) throws(ShareError) -> ShareRecovery {
    try SecretShares.check(passphrase)
    guard !shares.isEmpty else { throw .noShares }
    var tries = triesMax
    var reason: ShareError?
    for pool in SharePool.all(shares) {
      let choices = pool.choices()
      if choices.isEmpty { reason = reason ?? pool.lack }
      for choice in choices where tries > 0 {
        tries -= 1
        let secret = pool.secret(choice, passphrase)
        if let secret, accept(secret) { return pool.recovery(secret, choice, among: shares) }
        reason = secret == nil ? reason ?? .digest : .noneFits
      }
    }
    throw reason ?? .noneFits
  }

  init(secret: [UInt8], set: ShareSet, used: [Int], lying: [Int], others: [Int]) {
    self.secret = secret
    self.set = set
    self.used = used
    self.lying = lying
    self.others = others
  }
}

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

  let set: ShareSet
  /// By place in the list of shares.
  private let shares: [Int: Share]
  /// By group; each value once.
  private let parts: [Int: [Part]]

  static func all(_ shares: [Share]) -> [SharePool] {
    // The same share twice is one share.
    let once = shares.indices.filter { shares.firstIndex(of: shares[$0]) == $0 }
    let sets = Dictionary(grouping: once) { Kind(shares[$0]) }
    return sets.values.sorted { $0[0] < $1[0] }.map { SharePool($0, of: shares) }
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

  private init(_ places: [Int], of all: [Share]) {
    set = all[places[0]].set
    shares = Dictionary(uniqueKeysWithValues: places.map { ($0, all[$0]) })
    parts = Dictionary(grouping: places) { all[$0].group }
      .mapValues { Self.parts(of: $0, all) }.filter { !$0.value.isEmpty }
  }

  /// Every value that enough members of one group agree on.
  private static func parts(of places: [Int], _ all: [Share]) -> [Part] {
    var found: [[UInt8]: Part] = [:]
    for (threshold, agreeing) in Dictionary(grouping: places, by: { all[$0].memberThreshold }) {
      for choice in Choices.of(threshold, among: agreeing) {
        guard Set(choice.map { all[$0].member }).count == threshold,
          let value = Threshold.combine(choice.map { all[$0].point }), found[value] == nil
        else { continue }
        found[value] = Part(group: all[choice[0]].group, value: value, members: choice)
      }
    }
    return found.values.sorted { $0.members.lexicographicallyPrecedes($1.members) }
  }

  /// Every way to take one value of each of as many groups as are needed.
  func choices() -> [[Part]] {
    Choices.of(set.groupThreshold, among: parts.keys.sorted()).flatMap { groups in
      groups.reduce([[]]) { begun, group in
        begun.flatMap { some in (parts[group] ?? []).map { some + [$0] } }
      }
    }
  }

  func secret(_ choice: [Part], _ passphrase: [UInt8]) -> [UInt8]? {
    Threshold.combine(choice.map(\.point)).map {
      ShareCipher(set: set, passphrase: passphrase).decrypt($0)
    }
  }

  /// Why there is no choice: what is missing, or that what is there does not fit together.
  var lack: ShareError {
    let groups = Dictionary(grouping: shares.values, by: \.group)
    for (group, members) in groups.sorted(by: { $0.key < $1.key }) where parts[group] == nil {
      let needed = members.map(\.memberThreshold).min() ?? 0
      let found = Set(members.map(\.member)).count
      if found >= needed { return .digest }
      return .memberCount(group: group + 1, found: found, needed: needed)
    }
    return .groupCount(found: parts.count, needed: set.groupThreshold)
  }

  func recovery(_ secret: [UInt8], _ choice: [Part], among all: [Share]) -> ShareRecovery {
    let used = choice.flatMap(\.members).sorted()
    let kind = Kind(all[used[0]])
    return ShareRecovery(
      secret: secret, set: set, used: used,
      lying: shares.filter { !isTrue($0.value, under: choice) }.keys.sorted(),
      others: all.indices.filter { Kind(all[$0]) != kind })
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

/// All choices of so many elements, in the order of the list.
enum Choices {
  static func of<Element>(_ count: Int, among list: [Element]) -> [[Element]] {
    if count == 0 { return [[]] }
    guard count <= list.count else { return [] }
    let with = of(count - 1, among: Array(list.dropFirst())).map { [list[0]] + $0 }
    return with + of(count, among: Array(list.dropFirst()))
  }
}
