internal import FluxgateSignal

/// Makes a row of codes of a line; allocates nothing after `init`.
struct SampleLineReader {
  private let format: SampleLineFormat
  private let matcher: PatternMatcher
  /// The row of the last sound line, little-endian in the stream's number type.
  private(set) var row: [UInt8]
  /// What the device counted at it; nil where it said nothing.
  private(set) var counter: UInt64?
  /// What the device's clock stood at; nil where it said nothing.
  private(set) var clock: UInt64?

  init(_ format: SampleLineFormat) {
    self.format = format
    matcher = PatternMatcher(format.pattern)
    let columns = format.columns.count + (format.hasValidity ? 1 : 0)
    row = [UInt8](repeating: 0, count: columns * format.sampleType.byteCount)
  }

  /// Whether the line is a sound sample; then `row` and `counter` are its own.
  mutating func read(_ line: RawSpan) -> Bool {
    guard matcher.isFound(in: line) else { return false }
    counter = count(format.counter?.group, line)
    clock = count(format.clock?.group, line)
    var valid: Int64 = 0
    for (place, column) in format.columns.enumerated() {
      guard let code = code(of: column, line) else { return false }
      put(code, at: place)
      if code != format.none { valid |= 1 << Int64(place) }
    }
    if format.hasValidity { put(valid, at: format.columns.count) }
    return true
  }

  /// Nil for a line that says something else than it should.
  private func code(of column: LineColumn, _ line: RawSpan) -> Int64? {
    guard let range = matcher.range(of: column.group) else {
      return column.isOptional ? format.none : nil
    }
    if let validity = column.validity, !holds(validity, line) { return format.none }
    let code: Int64? =
      switch column.form {
      case .letter: line.u8(at: range.lowerBound).map(Int64.init)
      case .number(let decimals): number(of: column.group, decimals: decimals, line)
      }
    guard let code, code > format.none, fits(code) else { return nil }
    return code
  }

  private func count(_ group: Int?, _ line: RawSpan) -> UInt64? {
    guard let group, let number = number(of: group, decimals: 0, line) else { return nil }
    return UInt64(exactly: number)
  }

  private func holds(_ validity: LineColumn.Validity, _ line: RawSpan) -> Bool {
    guard let range = matcher.range(of: validity.group), range.count == validity.text.count else {
      return false
    }
    return zip(range, validity.text).allSatisfy { line.u8(at: $0) == $1 }
  }

  /// The number in units of 10^-decimals; nil where it is finer than that.
  private func number(of group: Int, decimals: Int, _ line: RawSpan) -> Int64? {
    guard let range = matcher.range(of: group),
      let found = DecimalText.read(line.extracting(range)), found.decimals <= decimals
    else { return nil }
    var code = found.digits
    for _ in found.decimals..<decimals {
      let (product, isTooLarge) = code.multipliedReportingOverflow(by: 10)
      if isTooLarge { return nil }
      code = product
    }
    return code
  }

  private func fits(_ code: Int64) -> Bool {
    format.sampleType == .int64 || Int32(exactly: code) != nil
  }

  private mutating func put(_ code: Int64, at place: Int) {
    let size = format.sampleType.byteCount
    for index in 0..<size {
      row[place * size + index] = UInt8(truncatingIfNeeded: code >> Int64(8 * index))
    }
  }
}
