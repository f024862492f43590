/// The 16-bit record numbers of a table, newest first, as numbers that never come round.
struct LibreNumbers {
  private static let round = 65_536
  /// Records made while the table was on its way.
  private static let slack = 256

  private var last: Int?
  private let newest: Int

  /// - Parameter recordNumber: what the reader counts up to now, beyond 16 bits.
  init(recordNumber: Int) { newest = recordNumber + Self.slack }

  /// The number of the next line of the table, whose low bits are `low`.
  mutating func next(_ low: Int) -> Int64 {
    let limit = last ?? newest
    let found = limit - (limit % Self.round - low + Self.round) % Self.round
    last = found
    return Int64(found)
  }
}
