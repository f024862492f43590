/// The last inputs of every channel and their weighted sum, for a filter asked now and then.
///
/// Each input is kept twice, a filter's length apart, so that the last `taps.count` inputs always
/// stand in one piece. The sum runs from the oldest input to the newest, nothing fused.
public struct FIRHistory: Sendable {
  public let taps: [Double]
  private let groupCount: Int
  private var inputs: [Lanes]
  private var next = 0

  /// - Parameter taps: weights, oldest input first.
  public init(taps: [Double], channelCount: Int) {
    precondition(!taps.isEmpty, "a filter has at least one tap")
    self.taps = taps
    groupCount = LaneTile.groups(of: channelCount)
    inputs = Array(repeating: Lanes(), count: 2 * taps.count * groupCount)
  }

  /// Back to rest, as if only zeros had ever come.
  public mutating func reset() {
    for index in inputs.indices { inputs[index] = Lanes() }
    next = 0
  }

  /// Takes one row of the tile as the newest input.
  public mutating func push(_ tile: borrowing LaneTile, row: Int) {
    let length = taps.count
    for group in 0..<groupCount {
      let value = tile.lanes[group &* tile.rowCapacity &+ row]
      let place = 2 &* length &* group &+ next
      inputs[place] = value
      inputs[place &+ length] = value
    }
    next = next &+ 1 == length ? 0 : next &+ 1
  }

  /// The filter's output at the newest input, for one group of channels.
  public func output(group: Int) -> Lanes {
    let oldest = 2 * taps.count * group + next
    var sum = Lanes()
    for index in taps.indices { sum += inputs[oldest &+ index] * taps[index] }
    return sum
  }
}
