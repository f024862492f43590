/// How a device numbers its rows.
public enum CounterRule: Sendable, Hashable {
  /// It does not: losses are estimated from the host's clock.
  case none
  /// Rises by `step` a row and starts anew at `modulus`; `modulus` nil where it never comes round.
  case counting(modulus: UInt64?, step: UInt64)
}
