/// Sine, cosine and tangent of `x` half turns (`sin(pi * x)`), in plain double arithmetic.
///
/// Filters that shape stored samples must have the same coefficients on every machine; the C
/// library's functions may differ in the last bit with its version and the processor. Argument
/// reduction is exact, the series (Taylor, |angle| <= pi/4) is good to about one unit in the last
/// place.
enum HalfTurns {
  static func sine(_ x: Double) -> Double {
    let (quadrant, rest) = reduce(x)
    switch quadrant {
    case 0: return sineSeries(rest)
    case 1: return cosineSeries(rest)
    case 2: return -sineSeries(rest)
    default: return -cosineSeries(rest)
    }
  }

  static func cosine(_ x: Double) -> Double {
    let (quadrant, rest) = reduce(x)
    switch quadrant {
    case 0: return cosineSeries(rest)
    case 1: return -sineSeries(rest)
    case 2: return -cosineSeries(rest)
    default: return sineSeries(rest)
    }
  }

  static func tangent(_ x: Double) -> Double { sine(x) / cosine(x) }

  /// The nearest quarter (modulo a full turn) and what is left, in [-1/4, 1/4] half turns.
  private static func reduce(_ x: Double) -> (quadrant: Int, rest: Double) {
    let turn = x.remainder(dividingBy: 2)
    let quarters = (turn * 2).rounded(.toNearestOrEven)
    return ((Int(quarters) + 4) % 4, turn - quarters / 2)
  }

  private static func sineSeries(_ x: Double) -> Double {
    let angle = x * Double.pi
    let square = angle * angle
    var sum = 0.0
    for order in stride(from: 21, through: 3, by: -2) {
      sum = (1 + sum) * (-square / Double(order * (order - 1)))
    }
    return angle + angle * sum
  }

  private static func cosineSeries(_ x: Double) -> Double {
    let angle = x * Double.pi
    let square = angle * angle
    var sum = 0.0
    for order in stride(from: 20, through: 2, by: -2) {
      sum = (1 + sum) * (-square / Double(order * (order - 1)))
    }
    return 1 + sum
  }
}
