/// Numbers as ASCII devices write them: digits, at most one point, a sign before them.
enum DecimalText {
  /// The digits without their point, and how many stood behind it.
  struct Number: Equatable {
    var digits: Int64
    var decimals: Int
  }

  /// Nil where anything else stands there, or more than 18 digits.
  static func read(_ text: RawSpan) -> Number? {
    var number = Number(digits: 0, decimals: 0)
    var hasPoint = false
    var count = 0
    let sign = text.u8(at: 0)
    let isSigned = sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+")
    for place in (isSigned ? 1 : 0)..<max(text.byteCount, isSigned ? 1 : 0) {
      let byte = text.u8(at: place) ?? 0
      if byte == UInt8(ascii: "."), !hasPoint {
        hasPoint = true
      } else if (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte), count < 18 {
        number.digits = number.digits * 10 + Int64(byte - UInt8(ascii: "0"))
        count += 1
        if hasPoint { number.decimals += 1 }
      } else {
        return nil
      }
    }
    guard count > 0 else { return nil }
    if sign == UInt8(ascii: "-") { number.digits = -number.digits }
    return number
  }

  /// Powers of ten that a double holds exactly, so that one division gives the nearest double.
  private static let powers: [Double] = (0..<19).map { power in
    (0..<power).reduce(1.0) { product, _ in product * 10 }
  }

  static func number(_ text: RawSpan) -> Double? {
    read(text).map { Double($0.digits) / powers[$0.decimals] }
  }
}
