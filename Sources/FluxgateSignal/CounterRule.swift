/// How a device numbers its rows.
public enum CounterRule: Sendable, Hashable {
  /// It does not: losses are estimated from the host's clock.
  case none
  /// Rises by `step` a row and starts anew at `modulus`; `modulus` nil where it never comes round.
  case counting(modulus: UInt64?, step: UInt64)

  /// Rows after which the counter says nothing more: 1 where there is none.
  public var rowsAround: UInt64? {
    switch self {
    case .none: 1
    case .counting(let modulus, let step): modulus.map { max(1, $0 / step) }
    }
  }

  /// What the counter says of the rows between two counts: how many are missing.
  ///
  /// - Returns: nil where the count does not follow at all (it went down and never comes round, or is
  ///   no multiple of the step away).
  public func missing(after last: UInt64, before next: UInt64) -> UInt64? {
    guard case .counting(let modulus, let step) = self else { return 0 }
    let expected = last &+ step
    if let modulus {
      guard last < modulus, next < modulus else { return nil }
      let ahead = (next + modulus - expected % modulus) % modulus
      return ahead.isMultiple(of: step) ? ahead / step : nil
    }
    guard next >= expected, (next - expected).isMultiple(of: step) else { return nil }
    return (next - expected) / step
  }

  /// The count so many rows later.
  public func count(_ start: UInt64, after rows: UInt64) -> UInt64 {
    guard case .counting(let modulus, let step) = self else { return 0 }
    let sum = start &+ rows &* step
    return modulus.map { sum % $0 } ?? sum
  }
}
