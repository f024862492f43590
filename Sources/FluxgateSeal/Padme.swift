/// Padmé: lengths rounded up so that they tell little (Nikitin et al., PETS 2019).
public enum Padme {
  /// The padded length; at most 12 % more.
  public static func paddedLength(_ length: Int) -> Int {
    guard length > 3 else { return length }
    let exponent = Int.bitWidth - 1 - length.leadingZeroBitCount
    let kept = Int.bitWidth - exponent.leadingZeroBitCount
    let mask = (1 << (exponent - kept)) - 1
    return (length + mask) & ~mask
  }
}
