/// A decimal number as agents send it: exact, or one of the marks that are no number.
///
/// FLOAT has an exponent of 8 and a mantissa of 24 bits, SFLOAT one of 4 and one of 12, all in two's
/// complement, base 10 (IEEE 11073-20601). Five mantissas are reserved for marks.
struct PHDNumber: Equatable {
  /// Codes of the column `state`: never renumber.
  enum State: Int64 {
    case value = 0
    /// Minus and plus infinity: beyond what the device can measure.
    case belowRange = 1
    case aboveRange = 2
    case notANumber = 3
    case notAtThisResolution = 4
    case reserved = 5
    /// The mantissa is a code of an enumeration and not an amount.
    case code = 6
    /// The observation held nothing that is read.
    case absent = 7
  }

  var state: State
  var mantissa: Int64 = 0
  var exponent: Int64 = 0

  static let absent = PHDNumber(state: .absent)

  static func code(_ code: Int64) -> PHDNumber { PHDNumber(state: .code, mantissa: code) }

  static func float(_ bits: UInt32) -> PHDNumber {
    let mantissa = Int64(Int32(bitPattern: bits << 8) >> 8)
    return number(mantissa, exponent: Int64(Int8(truncatingIfNeeded: bits >> 24)), top: 0x7F_FFFF)
  }

  static func sfloat(_ bits: UInt16) -> PHDNumber {
    let mantissa = Int64(Int16(bitPattern: bits << 4) >> 4)
    return number(mantissa, exponent: Int64(Int16(bitPattern: bits) >> 12), top: 0x7FF)
  }

  /// The marks stand around the ends of the mantissa's range, whatever the exponent.
  private static func number(_ mantissa: Int64, exponent: Int64, top: Int64) -> PHDNumber {
    let state: State =
      switch mantissa {
      case top: .notANumber
      case top - 1: .aboveRange
      case -top - 1: .notAtThisResolution
      case -top: .reserved
      case -top + 1: .belowRange
      default: .value
      }
    return PHDNumber(state: state, mantissa: mantissa, exponent: exponent)
  }

  /// In millionths, rounded half away from zero; nil for what is no number or too great.
  var millionths: Int64? {
    guard state == .value else { return nil }
    let shift = exponent + 6
    guard (-18...18).contains(shift) else { return shift < 0 || mantissa == 0 ? 0 : nil }
    let power = (0..<abs(shift)).reduce(Int64(1)) { power, _ in power * 10 }
    guard shift < 0 else {
      let (product, overflow) = mantissa.multipliedReportingOverflow(by: power)
      return overflow ? nil : product
    }
    return (mantissa + (mantissa < 0 ? -power / 2 : power / 2)) / power
  }
}
