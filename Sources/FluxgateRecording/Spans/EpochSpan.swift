public import FluxgateSeal

/// When an epoch was recorded, signed by the gateway (``RecordingFormat``, "Spans").
///
/// A span covers the time of every row in its epoch's chunks. Who decides whether an epoch lies in
/// a window needs no key for it. Whole seconds of UTC since 1970, half-open.
public struct EpochSpan: Hashable, Sendable {
  /// What the chunks of one category cover.
  public struct Range: Hashable, Sendable {
    /// Inside.
    public let from: Int64
    /// The first second that is outside.
    public let until: Int64
  }

  public static let byteCountMax = 1 << 16
  /// 16 bytes.
  public let recording: [UInt8]
  public let epoch: UInt32
  /// False while the epoch goes on: the bounds are those that it will not leave without a new span.
  public let isEnded: Bool
  /// Every category of the recording. A device's memory may reach back long before the epoch.
  public let categories: [UInt16: Range]

  /// - Parameter categories: one at least, none with `until` before `from`.
  public init(recording: [UInt8], epoch: UInt32, isEnded: Bool, categories: [UInt16: Range]) {
    precondition(recording.count == 16 && !categories.isEmpty)
    self.recording = recording
    self.epoch = epoch
    self.isEnded = isEnded
    self.categories = categories
  }

  /// Over all categories.
  public var from: Int64 { categories.values.map(\.from).min() ?? 0 }
  public var until: Int64 { categories.values.map(\.until).max() ?? 0 }

  /// Over some categories; nil when the recording has none of them.
  public func range(of wanted: Set<UInt16>) -> Range? {
    let ranges = categories.filter { wanted.contains($0.key) }.values
    guard let from = ranges.map(\.from).min(), let until = ranges.map(\.until).max() else {
      return nil
    }
    return Range(from: from, until: until)
  }

  /// The same bounds, for good.
  var ended: EpochSpan {
    EpochSpan(recording: recording, epoch: epoch, isEnded: true, categories: categories)
  }

  /// The file's bytes.
  public func signed(by key: SigningKey) -> [UInt8] {
    SignedEnvelope(body, in: .span, by: key).encoded
  }

  /// The span in `file`, once `gateway` is seen to have signed it. Whether it is of the recording and
  /// epoch that its name says is for the caller.
  public static func read(
    _ file: [UInt8], gateway: VerifyingKey
  ) throws(DocumentFault) -> EpochSpan {
    guard file.count <= byteCountMax else { throw .encoding }
    var fields = try Fields(try SignedEnvelope(file).opened(in: .span, by: gateway))
    let span = try EpochSpan(&fields)
    guard try fields.integer("from") == span.from else { throw .field("from") }
    guard try fields.integer("until") == span.until else { throw .field("until") }
    try fields.end()
    return span
  }

  private init(_ fields: inout Fields) throws(DocumentFault) {
    guard try fields.number("v", as: Int.self) == 1 else { throw .field("v") }
    recording = try fields.bytes("recording", count: 16)
    epoch = try fields.number("epoch")
    guard epoch > 0 else { throw .field("epoch") }
    isEnded = try fields.flag("ended")
    var categories: [UInt16: Range] = [:]
    var last: UInt16?
    for item in try fields.array("categories") {
      guard let (category, range) = Self.category(item), last.map({ $0 < category }) ?? true
      else { throw .field("categories") }
      categories[category] = range
      last = category
    }
    guard last != nil else { throw .field("categories") }
    self.categories = categories
  }

  private static func category(_ value: CBOR) -> (UInt16, Range)? {
    guard let items = value.arrayValue, items.count == 3,
      let category = items[0].uint.flatMap(UInt16.init(exactly:)), let from = items[1].int,
      let until = items[2].int, from <= until
    else { return nil }
    return (category, Range(from: from, until: until))
  }

  private var body: CBOR {
    let ranges = categories.sorted { $0.key < $1.key }.map { category, range in
      CBOR.array([.unsigned(UInt64(category)), .int(range.from), .int(range.until)])
    }
    return CBOR.fields([
      "v": .unsigned(1), "recording": .bytes(recording), "epoch": .unsigned(UInt64(epoch)),
      "from": .int(from), "until": .int(until), "ended": .bool(isEnded),
      "categories": .array(ranges),
    ])
  }
}

extension EpochSpan.Range {
  /// - Parameters: nanoseconds since 1970 of the first and the last row, in any order.
  init(covering one: Int64, _ other: Int64) {
    self.init(from: Self.second(of: min(one, other)), until: Self.second(of: max(one, other)) + 1)
  }

  func union(_ other: Self) -> Self {
    Self(from: min(from, other.from), until: max(until, other.until))
  }

  func contains(_ other: Self) -> Bool { from <= other.from && other.until <= until }

  /// The whole second that a time is in; times before 1970 are rounded down too.
  private static func second(of nanoseconds: Int64) -> Int64 {
    let (seconds, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    return rest < 0 ? seconds - 1 : seconds
  }
}
