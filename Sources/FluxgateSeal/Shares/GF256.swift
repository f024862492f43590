/// The field of 256 elements over x⁸ + x⁴ + x³ + x + 1, as SLIP-0039 takes it: addition is
/// exclusive or.
enum GF256 {
  /// One operand is a byte of a secret: no branch and no table depends on either.
  static func times(_ first: UInt8, _ second: UInt8) -> UInt8 {
    var (first, second, product) = (first, second, UInt8(0))
    for _ in 0..<8 {
      product ^= first & (0 &- (second & 1))
      first = first << 1 ^ (0x1B & (0 &- (first >> 7)))
      second >>= 1
    }
    return product
  }

  /// The 254th power: the inverse of all but 0.
  static func inverse(_ element: UInt8) -> UInt8 {
    var (square, product) = (element, UInt8(1))
    for _ in 0..<7 {
      square = times(square, square)
      product = times(product, square)
    }
    return product
  }
}

/// A place and the values there of as many polynomials as a secret has bytes.
struct SharePoint {
  let place: UInt8
  let values: [UInt8]
}

extension [SharePoint] {
  /// The values at `place` of the polynomials of lowest degree through the points (Lagrange), whose
  /// places differ.
  func values(at place: UInt8) -> [UInt8] {
    if let point = first(where: { $0.place == place }) { return point.values }
    var sum = [UInt8](repeating: 0, count: first?.values.count ?? 0)
    for point in self {
      var weight: UInt8 = 1
      for other in self where other.place != point.place {
        let quotient = GF256.inverse(point.place ^ other.place)
        weight = GF256.times(weight, GF256.times(place ^ other.place, quotient))
      }
      for index in sum.indices { sum[index] ^= GF256.times(weight, point.values[index]) }
    }
    return sum
  }
}
