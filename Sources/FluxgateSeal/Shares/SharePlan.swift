/// How a secret is split: groups of which some are needed, each of members of whom some are needed.
public struct SharePlan: Hashable, Sendable {
  public struct Group: Hashable, Sendable {
    public let threshold: Int
    public let count: Int
  }

  public let groups: [Group]
  public let groupThreshold: Int

  /// - Throws: `plan` for thresholds and counts beyond 1...16, and where every holder of a group
  ///   would have the whole of it without need: threshold 1 with more than one member.
  public init(_ groups: [(threshold: Int, count: Int)], groupThreshold: Int) throws(ShareError) {
    guard 1...16 ~= groups.count else { throw .plan("1 to 16 groups, not \(groups.count)") }
    guard 1...groups.count ~= groupThreshold else {
      throw .plan("1 to \(groups.count) of the groups can be needed, not \(groupThreshold)")
    }
    for group in groups {
      guard 1...16 ~= group.count, 1...group.count ~= group.threshold else {
        throw .plan("\(group.threshold) of \(group.count): a group has 1 to 16 members")
      }
      guard group.threshold > 1 || group.count == 1 else {
        throw .plan("1 of \(group.count): make a group of one instead, and copy its sheet")
      }
    }
    self.groups = groups.map { Group(threshold: $0.threshold, count: $0.count) }
    self.groupThreshold = groupThreshold
  }

  /// `2of3`, or groups with commas between: `2of3,3of5`.
  ///
  /// - Parameter groupThreshold: how many groups are needed; may be nil for one group only.
  public init(text: String, groupThreshold: Int?) throws(ShareError) {
    var groups: [(threshold: Int, count: Int)] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let numbers = part.split(separator: "of", omittingEmptySubsequences: false).map { Int($0) }
      guard numbers.count == 2, let threshold = numbers[0], let count = numbers[1] else {
        throw .plan("\"\(part)\" is not like 2of3")
      }
      groups.append((threshold, count))
    }
    guard let groupThreshold = groupThreshold ?? (groups.count == 1 ? 1 : nil) else {
      throw .plan("with \(groups.count) groups, say how many of them are needed")
    }
    try self.init(groups, groupThreshold: groupThreshold)
  }
}
