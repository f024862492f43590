internal import FluxgateSignal

/// The older dialect's timebase (packet type 6): how long the unit of time of a stream is.
///
/// Source of the three descriptions: twinleaf/libtio and twinleaf/tio-python (MIT).
struct TioTimebase: Equatable {
  static let bytes = 44

  let id: UInt16
  /// One period in microseconds is `numerator / denominator`.
  let numerator: UInt32
  let denominator: UInt32

  init?(_ payload: RawSpan) {
    guard payload.byteCount >= Self.bytes, let id = payload.u16(at: 0),
      let numerator = payload.u32(at: 12), let denominator = payload.u32(at: 16), numerator > 0,
      denominator > 0
    else { return nil }
    self.id = id
    self.numerator = numerator
    self.denominator = denominator
  }
}

/// The older dialect's source (packet type 7): some columns of one number type.
struct TioSource: Equatable {
  static let fixedBytes = 21

  let id: UInt16
  let type: TioDataType
  let columns: [String]
  let units: String

  init?(_ payload: RawSpan) {
    guard let id = payload.u16(at: 0), let channels = payload.u16(at: 18).map(Int.init),
      (1...256).contains(channels),
      let type = payload.u8(at: 20).flatMap(TioDataType.init(rawValue:)),
      let text = TioBytes.text(
        payload, at: Self.fixedBytes, count: payload.byteCount - Self.fixedBytes)
    else { return nil }
    self.id = id
    self.type = type
    let parts = text.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    let name = parts[0]
    let given = parts.count > 1 ? parts[1].split(separator: ",").map(String.init) : []
    columns = (0..<channels).map { index in
      guard channels > 1 else { return name }
      return "\(name).\(index < given.count ? given[index] : "\(index)")"
    }
    units = parts.count > 3 ? parts[3] : ""
  }
}

/// The older dialect's stream (packet type 8): which sources each sample holds, and how often.
struct TioLegacyStream: Equatable {
  struct Component: Equatable {
    let source: UInt16
    /// It stands in the samples whose number is a multiple of this.
    let period: UInt32
  }

  static let fixedBytes = 24
  private static let componentBytes = 12

  let timebase: UInt16
  /// Periods of the timebase in one sample.
  let period: UInt32
  let components: [Component]

  /// - Returns: nil for a stream other than 0, which is the only one there is.
  init?(_ payload: RawSpan) {
    guard payload.u16(at: 0) == 0, let timebase = payload.u16(at: 2),
      let period = payload.u32(at: 4), period > 0, let count = payload.u16(at: 20), count > 0
    else { return nil }
    self.timebase = timebase
    self.period = period
    var components: [Component] = []
    for index in 0..<Int(count) {
      let start = Self.fixedBytes + index * Self.componentBytes
      guard let source = payload.u16(at: start), let period = payload.u32(at: start + 4) else {
        return nil
      }
      components.append(Component(source: source, period: max(1, period)))
    }
    self.components = components
  }
}
