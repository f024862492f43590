internal import FluxgateSignal

/// How samples of the older dialect lie in their packets, and the streams that are made of them:
/// one for each period, as only columns of one period come together.
struct TioLegacyShape: Equatable {
  struct Component: Equatable {
    let period: UInt32
    let byteCount: Int
    /// Place in `groups`.
    let group: Int
  }

  struct Group: Equatable {
    let period: UInt32
    var columns: [TioColumn] = []
  }

  private(set) var components: [Component] = []
  private(set) var groups: [Group] = []
  /// One sample lasts `numerator / denominator` microseconds.
  let numerator: UInt64
  let denominator: UInt64

  /// - Returns: nil while a source or the timebase is unknown.
  init?(_ stream: TioLegacyStream, _ sources: [UInt16: TioSource], _ timebase: TioTimebase) {
    numerator = UInt64(timebase.numerator) * UInt64(stream.period)
    denominator = UInt64(timebase.denominator)
    for component in stream.components {
      guard let source = sources[component.source] else { return nil }
      add(source, every: component.period)
    }
  }

  private mutating func add(_ source: TioSource, every period: UInt32) {
    let place = groups.firstIndex { $0.period == period } ?? groups.count
    if place == groups.count { groups.append(Group(period: period)) }
    components.append(
      Component(
        period: period, byteCount: source.type.byteCount * source.columns.count, group: place))
    for name in source.columns {
      groups[place].columns.append(
        TioColumn(
          streamID: 0, index: groups[place].columns.count, type: source.type, name: name,
          units: source.units, summary: ""))
    }
  }

  /// Samples a second of the group.
  func rate(of group: Group) -> Double {
    1e6 * Double(denominator) / (Double(numerator) * Double(group.period))
  }

  /// Nanoseconds that `count` rows of the group take.
  func duration(ofRows count: UInt64, of group: Group) -> Int64 {
    let scaled = Int128(count) * Int128(group.period) * Int128(numerator) * 1000
    return Int64(clamping: scaled / Int128(denominator))
  }

  /// Bytes of the sample with this number.
  func byteCount(of number: UInt32) -> Int {
    components.reduce(0) { $0 + (number % $1.period == 0 ? $1.byteCount : 0) }
  }

  /// Whether another shape gives the same rows at another rate.
  func hasColumns(of other: TioLegacyShape) -> Bool {
    components == other.components && groups == other.groups
  }

  func format(of group: Group) -> TioRowFormat? {
    let types = group.columns.map(\.type)
    return TioRowFormat(sampleSize: types.reduce(0) { $0 + $1.byteCount }, columns: types)
  }

  /// - Returns: nil where no number type holds all columns of a group.
  func descriptions(_ category: Category) -> [StreamDescription]? {
    let made = groups.compactMap { group in
      format(of: group).map { format in
        StreamDescription(
          name: group.period == 1 ? "stream0" : "stream0.every\(group.period)", kind: .raw,
          category: category, sampleType: format.sampleType,
          channels: group.columns.map(\.channel), rate: rate(of: group))
      }
    }
    return made.count == groups.count ? made : nil
  }
}
