/// Eight channels side by side, in double precision: the unit of all filter arithmetic.
public typealias Lanes = SIMD8<Double>

/// A short stretch of rows with channels in lanes: `lanes[group * rowCapacity + row]`.
///
/// Group `g` holds channels `8 * g ..< 8 * g + 8`; lanes past the last channel are zero and stay
/// so in every kernel. Time runs downward within a group, so that a recurrence walks memory in
/// order with its state in registers.
public struct LaneTile: Sendable {
  public let channelCount: Int
  public let groupCount: Int
  public let rowCapacity: Int
  public var lanes: [Lanes]

  public init(channelCount: Int, rowCapacity: Int) {
    precondition(channelCount > 0 && rowCapacity > 0, "an empty tile")
    self.channelCount = channelCount
    self.groupCount = LaneTile.groups(of: channelCount)
    self.rowCapacity = rowCapacity
    self.lanes = Array(repeating: Lanes(), count: groupCount * rowCapacity)
  }

  public static func groups(of channelCount: Int) -> Int { (channelCount + 7) / 8 }

  /// Values per channel as lanes; one value stands for every channel.
  public static func spread(_ values: [Double], channelCount: Int) -> [Lanes] {
    precondition(values.count == 1 || values.count == channelCount, "one value per channel")
    var lanes = [Lanes](repeating: Lanes(), count: groups(of: channelCount))
    for channel in 0..<channelCount {
      lanes[channel / 8][channel % 8] = values.count == 1 ? values[0] : values[channel]
    }
    return lanes
  }
}
