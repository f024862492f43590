/// Interleaved raw rows as double lanes, relative to a baseline row and scaled.
///
/// A lane holds `(code - baseline) * scale`, where the subtraction is exact for integer codes
/// (64-bit, wrapping) and done in double for floating-point ones. The baseline's own physical
/// value is `level`. A floating-point input that is not a number or beyond 1e100 in magnitude is
/// replaced by the channel's last usable value (at first: the baseline, which is
/// zero if its own input is unusable) and counted.
public struct FloatRows: Sendable {
  public let type: ElementType
  public let channelCount: Int
  /// Physical value of the baseline row: `baseline * scale + offset`.
  public private(set) var level: [Lanes]
  /// Inputs replaced since the start, over all channels.
  public private(set) var replacedCount: UInt64 = 0

  private let scale: [Lanes]
  private let offset: [Lanes]
  private var baseCodes: [Int64]
  private var baseValues: [Double]
  private var lastUsable: [Double]

  /// - Parameter scale: physical units per code, one value or one per channel.
  /// - Parameter offset: physical value of code zero, one value or one per channel.
  public init(type: ElementType, channelCount: Int, scale: [Double], offset: [Double]) {
    self.type = type
    self.channelCount = channelCount
    self.scale = LaneTile.spread(scale, channelCount: channelCount)
    self.offset = LaneTile.spread(offset, channelCount: channelCount)
    level = self.offset
    baseCodes = Array(repeating: 0, count: channelCount)
    baseValues = Array(repeating: 0, count: channelCount)
    lastUsable = baseValues
  }

  public var rowByteCount: Int { channelCount * type.byteCount }

  /// Makes `row` of `raw` the zero of what follows.
  public mutating func setBaseline(_ raw: RawSpan, row: Int) {
    for channel in 0..<channelCount {
      let at = row * rowByteCount + channel * type.byteCount
      switch type {
      case .int16: baseCodes[channel] = Int64(raw.load(at: at, as: Int16.self))
      case .int32: baseCodes[channel] = Int64(raw.load(at: at, as: Int32.self))
      case .int64: baseCodes[channel] = raw.load(at: at, as: Int64.self)
      case .float32: setBaseline(Double(raw.float32(at: at)), channel)
      case .float64: setBaseline(raw.float64(at: at), channel)
      }
      let base = isFloat ? baseValues[channel] : Double(baseCodes[channel])
      let (group, lane) = (channel / 8, channel % 8)
      level[group][lane] = base * scale[group][lane] + offset[group][lane]
    }
  }

  /// Converts `count` rows of `raw` from `firstRow` on into the first rows of the tile.
  public mutating func convert(
    _ raw: RawSpan, firstRow: Int, count: Int, into tile: inout LaneTile
  ) {
    precondition(tile.channelCount == channelCount && count <= tile.rowCapacity, "another tile")
    for group in 0..<tile.groupCount {
      let first = group * 8
      let width = Swift.min(8, channelCount - first)
      for row in 0..<count {
        let at = (firstRow + row) * rowByteCount + first * type.byteCount
        tile.lanes[group * tile.rowCapacity + row] =
          lanes(raw, at: at, firstChannel: first, width: width) * scale[group]
      }
    }
  }

  private var isFloat: Bool { type == .float32 || type == .float64 }

  private mutating func setBaseline(_ value: Double, _ channel: Int) {
    baseValues[channel] = FloatRows.isUsable(value) ? value : 0
    lastUsable[channel] = baseValues[channel]
  }

  @inline(__always)
  private mutating func lanes(
    _ raw: RawSpan, at: Int, firstChannel: Int, width: Int
  ) -> Lanes {
    switch type {
    case .int16: codes(raw, at, firstChannel, width, Int16.self)
    case .int32: codes(raw, at, firstChannel, width, Int32.self)
    case .int64: codes(raw, at, firstChannel, width, Int64.self)
    case .float32, .float64: values(raw, at, firstChannel, width)
    }
  }

  @inline(__always)
  private func codes<Code: FixedWidthInteger & BitwiseCopyable>(
    _ raw: RawSpan, _ at: Int, _ firstChannel: Int, _ width: Int, _: Code.Type
  ) -> Lanes {
    var lanes = Lanes()
    for lane in 0..<width {
      let code = raw.load(at: at &+ lane &* (Code.bitWidth / 8), as: Code.self)
      lanes[lane] = Double(Int64(truncatingIfNeeded: code) &- baseCodes[firstChannel &+ lane])
    }
    return lanes
  }

  private mutating func values(
    _ raw: RawSpan, _ at: Int, _ firstChannel: Int, _ width: Int
  ) -> Lanes {
    var lanes = Lanes()
    for lane in 0..<width {
      let channel = firstChannel + lane
      let place = at + lane * type.byteCount
      let value = type == .float32 ? Double(raw.float32(at: place)) : raw.float64(at: place)
      if FloatRows.isUsable(value) { lastUsable[channel] = value } else { replacedCount &+= 1 }
      lanes[lane] = lastUsable[channel] - baseValues[channel]
    }
    return lanes
  }

  /// False for a value that is no number, infinite or absurd.
  private static func isUsable(_ value: Double) -> Bool { value.magnitude <= 1e100 }
}

extension RawSpan {
  @inline(__always)
  func float32(at offset: Int) -> Float { Float(bitPattern: load(at: offset, as: UInt32.self)) }

  @inline(__always)
  func float64(at offset: Int) -> Double { Double(bitPattern: load(at: offset, as: UInt64.self)) }
}
