/// A second-order section: `y = (b0 + b1 z⁻¹ + b2 z⁻²) / (1 + a1 z⁻¹ + a2 z⁻²) x`.
public struct Biquad: Sendable, Hashable {
  public var b0, b1, b2, a1, a2: Double

  public init(b0: Double, b1: Double, b2: Double, a1: Double, a2: Double) {
    self.b0 = b0
    self.b1 = b1
    self.b2 = b2
    self.a1 = a1
    self.a2 = a2
  }
}

/// Sections one after another over channels in lanes, in transposed direct form II.
///
/// The order of operations is fixed and nothing is fused, so the result is the same on every
/// machine and however rows are cut into tiles.
public struct BiquadCascade: Sendable {
  public let sections: [Biquad]
  private let groupCount: Int
  private var state: [Lanes]

  public init(sections: [Biquad], channelCount: Int) {
    self.sections = sections
    groupCount = LaneTile.groups(of: channelCount)
    state = Array(repeating: Lanes(), count: 2 * sections.count * groupCount)
  }

  /// Back to rest, as if only zeros had ever come.
  public mutating func reset() {
    for index in state.indices { state[index] = Lanes() }
  }

  /// Filters the first `count` rows of the tile in place.
  public mutating func run(_ tile: inout LaneTile, count: Int) {
    precondition(tile.groupCount == groupCount && count <= tile.rowCapacity, "another tile")
    for group in 0..<groupCount {
      let start = group * tile.rowCapacity
      for index in sections.indices {
        run(sections[index], at: 2 * (group * sections.count + index), &tile.lanes, start, count)
      }
    }
  }

  @inline(__always)
  private mutating func run(
    _ section: Biquad, at place: Int, _ lanes: inout [Lanes], _ start: Int, _ count: Int
  ) {
    var z1 = state[place]
    var z2 = state[place + 1]
    for row in start..<(start + count) {
      let x = lanes[row]
      let y = x * section.b0 + z1
      z1 = x * section.b1 - y * section.a1 + z2
      z2 = x * section.b2 - y * section.a2
      lanes[row] = y
    }
    state[place] = z1
    state[place + 1] = z2
  }
}
