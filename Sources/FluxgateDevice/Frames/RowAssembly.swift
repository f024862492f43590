internal import FluxgateSignal

/// The row being put together from one frame or several.
///
/// Allocates nothing after `init`.
struct RowAssembly {
  private let columns: [FrameColumn]
  private let type: SampleType
  private let framesPerRow: Int
  private let counter: FrameCounter?
  /// Longer than this apart, two frames of one number are not of one row: a whole round of the
  /// counter may lie between them.
  private let longestApart: Int64
  private(set) var bytes: [UInt8]
  /// Counter and part that the next frame must have to go on with the row; nil where none is begun.
  private var awaited: (counter: UInt64, part: Int, until: HostTime)?

  init(_ format: FrameFormat, type: SampleType, rate: Double) {
    columns = format.columns
    self.type = type
    framesPerRow = format.framesPerRow
    counter = format.counter
    let period = 1e9 / (rate * Double(format.framesPerRow))
    longestApart = Int64(min(period * Double(format.counter?.modulus ?? 2) / 2, 1e18))
    bytes = [UInt8](repeating: 0, count: columns.count * type.byteCount)
  }

  /// Which frame of its row the one with this counter is.
  func part(of value: UInt64?) -> Int {
    guard framesPerRow > 1, let value, let counter else { return 0 }
    return Int(value / counter.step % UInt64(framesPerRow))
  }

  mutating func forget() { awaited = nil }

  /// - Returns: whether the row is whole now. A row one of whose frames is missing never is.
  mutating func take(_ frame: RawSpan, counter value: UInt64?, at now: HostTime) -> Bool {
    let part = part(of: value)
    if part > 0 {
      guard let awaited, awaited.part == part, awaited.counter == value, now <= awaited.until else {
        self.awaited = nil
        return false
      }
    }
    write(frame, part)
    guard part < framesPerRow - 1, let value, let counter else {
      awaited = nil
      return true
    }
    awaited = (counter.after(value), part + 1, now.advanced(by: longestApart))
    return false
  }

  private mutating func write(_ frame: RawSpan, _ part: Int) {
    for (index, column) in columns.enumerated() where column.part == part {
      write(column, of: frame, at: index * type.byteCount)
    }
  }

  private mutating func write(_ column: FrameColumn, of frame: RawSpan, at place: Int) {
    let code = column.format.integer(in: frame, at: column.offset)
    let bits: UInt64
    switch type {
    case .int16, .int32, .int64: bits = UInt64(bitPattern: code ?? 0)
    case .float32:
      let value = code.map(Float.init) ?? column.format.float(in: frame, at: column.offset) ?? 0
      bits = UInt64(value.bitPattern)
    case .float64:
      let float = column.format.float(in: frame, at: column.offset)
      bits = (code.map(Double.init) ?? float.map(Double.init) ?? 0).bitPattern
    }
    for byte in 0..<type.byteCount {
      bytes[place + byte] = UInt8(truncatingIfNeeded: bits >> UInt64(8 * byte))
    }
  }
}
