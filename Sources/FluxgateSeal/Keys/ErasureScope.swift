/// Epochs of one recording, both ends included.
public struct ErasedEpochs: Hashable, Sendable {
  /// 16 bytes.
  public let recording: [UInt8]
  public let epochs: ClosedRange<UInt32>

  public init(recording: [UInt8], epochs: ClosedRange<UInt32>) {
    self.recording = recording
    self.epochs = epochs
  }
}

/// What a tombstone erases: a recording or all of them, all categories or some, all of it or a time.
public struct ErasureScope: Hashable, Sendable {
  /// 16 bytes; nil for every recording of the patient that began before the tombstone was made.
  public var recording: [UInt8]?
  /// Nil for all.
  public var categories: Set<UInt16>?
  /// UTC seconds since 1970; the time that was asked for, half-open. Nil does not bind.
  public var from: Int64?
  public var until: Int64?
  /// With a time: the epochs that lie in it, wholly or in part. These, and no others, are erased:
  /// the spans that tell an epoch's time are erased with it, so the tombstone itself must say.
  public var epochs: [ErasedEpochs]?
  /// Sealed bytes go too, where no category of an epoch is left.
  public var takesCiphertext: Bool

  public init(
    recording: [UInt8]? = nil, categories: Set<UInt16>? = nil, from: Int64? = nil,
    until: Int64? = nil, epochs: [ErasedEpochs]? = nil, takesCiphertext: Bool = false
  ) {
    self.recording = recording
    self.categories = categories
    self.from = from
    self.until = until
    self.epochs = epochs
    self.takesCiphertext = takesCiphertext
  }

  public var hasWindow: Bool { from != nil || until != nil }

  /// Every category and epoch of the recordings that it covers.
  public var isWhole: Bool { categories == nil && epochs == nil }

  /// Whether it can be written as the format says.
  public var isSound: Bool {
    recording?.count ?? 16 == 16 && categories?.isEmpty != true && hasWindow == (epochs != nil)
      && (from ?? .min) < (until ?? .max) && areListed(epochs ?? [])
  }

  /// Whether a recording's epoch is erased in a category.
  public func covers(_ category: UInt16, _ epoch: UInt32, of recording: [UInt8]) -> Bool {
    guard self.recording ?? recording == recording, categories?.contains(category) ?? true else {
      return false
    }
    return epochs?.contains { $0.recording == recording && $0.epochs.contains(epoch) } ?? true
  }

  /// At least one; rising, apart, and of the recording that is named, if one is.
  private func areListed(_ ranges: [ErasedEpochs]) -> Bool {
    guard epochs != nil else { return true }
    guard 1...Tombstone.rangeCountMax ~= ranges.count else { return false }
    return ranges.allSatisfy {
      $0.recording.count == 16 && recording ?? $0.recording == $0.recording
        && $0.epochs.lowerBound > 0
    } && zip(ranges, ranges.dropFirst()).allSatisfy { $0.precedes($1) }
  }
}

extension ErasedEpochs {
  fileprivate func precedes(_ other: ErasedEpochs) -> Bool {
    recording == other.recording
      ? epochs.upperBound < other.epochs.lowerBound
      : recording.lexicographicallyPrecedes(other.recording)
  }

  fileprivate var cbor: CBOR {
    .array([
      .bytes(recording), .unsigned(UInt64(epochs.lowerBound)),
      .unsigned(UInt64(epochs.upperBound)),
    ])
  }

  fileprivate init?(_ value: CBOR) {
    guard let items = value.arrayValue, items.count == 3, let recording = items[0].bytesValue,
      let first = items[1].uint.flatMap(UInt32.init(exactly:)),
      let last = items[2].uint.flatMap(UInt32.init(exactly:)), first <= last
    else { return nil }
    self.init(recording: recording, epochs: first...last)
  }
}

extension ErasureScope {
  var cbor: CBOR {
    .record([
      "recording": recording.map(CBOR.bytes) ?? .null,
      "categories": categories.map { .array($0.sorted().map { .unsigned(UInt64($0)) }) } ?? .null,
      "from": from.map(CBOR.int) ?? .null, "until": until.map(CBOR.int) ?? .null,
      "epochs": epochs.map { .array($0.map(\.cbor)) } ?? .null,
      "ciphertext": .bool(takesCiphertext),
    ])
  }

  init(_ fields: inout RecordFields) throws(SealError) {
    recording = try fields.optional("recording", \.bytesValue)
    categories = try fields.optional("categories", Self.categories)
    from = try fields.optional("from", \.int)
    until = try fields.optional("until", \.int)
    epochs = try fields.optional("epochs", Self.ranges)
    guard let flag = try fields.take("ciphertext").boolValue else { throw .malformed("ciphertext") }
    takesCiphertext = flag
    guard isSound else { throw .malformed("scope") }
  }

  /// Nil unless rising: one set, one spelling.
  private static func categories(_ value: CBOR) -> Set<UInt16>? {
    guard let items = value.arrayValue else { return nil }
    let codes = items.compactMap { $0.uint.flatMap(UInt16.init(exactly:)) }
    guard codes.count == items.count, zip(codes, codes.dropFirst()).allSatisfy({ $0 < $1 }) else {
      return nil
    }
    return Set(codes)
  }

  private static func ranges(_ value: CBOR) -> [ErasedEpochs]? {
    guard let items = value.arrayValue else { return nil }
    let ranges = items.compactMap(ErasedEpochs.init)
    return ranges.count == items.count ? ranges : nil
  }
}

extension RecordFields {
  /// The field's value, or nil where it is `null`; anything that `read` does not take is refused.
  fileprivate mutating func optional<Value>(
    _ name: String, _ read: (CBOR) -> Value?
  ) throws(SealError) -> Value? {
    let value = try take(name)
    if value == .null { return nil }
    guard let read = read(value) else { throw .malformed(name) }
    return read
  }
}
