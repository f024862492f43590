public import FluxgateSeal

/// What the patient's tombstones say of one recording (DocC page ``Erasure``).
public struct Erasures: Sendable, Hashable {
  /// 16 bytes.
  public let recording: [UInt8]
  /// Those that cover something of it, oldest first.
  public let tombstones: [Tombstone]
  private let spans: [UInt32: EpochSpan]

  /// - Parameters:
  ///   - tombstones: of the patient that the recording's pairing names.
  ///   - began: UTC seconds; no later than this the recording began. Nil where nobody can tell.
  ///   - spans: of this recording, each seen to be signed by its gateway: by them a tombstone with a
  ///     time covers epochs that it does not list.
  public init(
    _ tombstones: [Tombstone], of recording: [UInt8], began: Int64?, spans: [EpochSpan] = []
  ) {
    self.recording = recording
    self.spans = Dictionary(spans.map { ($0.epoch, $0) }) { first, _ in first }
    self.tombstones =
      tombstones
      .filter { tombstone in
        Self.reaches(tombstone, recording, began: began)
          || spans.contains { span in
            span.categories.keys.contains { tombstone.covers($0, span) }
          }
      }
      .sorted { ($0.created, $0.text) < ($1.created, $1.text) }
  }

  public var isEmpty: Bool { tombstones.isEmpty }

  /// Nothing of the recording may be opened again, and its salt goes too.
  public var isWhole: Bool { tombstones.contains { $0.scope.isWhole } }

  public func covers(_ category: UInt16, _ epoch: UInt32) -> Bool {
    tombstones.contains { covers($0, category, epoch) }
  }

  private func covers(_ tombstone: Tombstone, _ category: UInt16, _ epoch: UInt32) -> Bool {
    tombstone.scope.covers(category, epoch, of: recording)
      || spans[epoch].map { tombstone.covers(category, $0) } ?? false
  }

  /// Whether an epoch's span goes too. That of an epoch which is covered by its time alone stays:
  /// nothing else shows that the patient has erased it.
  public func takesSpan(_ epoch: UInt32, of categories: some Collection<UInt16>) -> Bool {
    isWhole
      || !categories.isEmpty
        && categories.allSatisfy { category in
          tombstones.contains { $0.scope.covers(category, epoch, of: recording) }
        }
  }

  /// Whether an epoch is covered, wholly or in part, that no tombstone lists.
  public var goesBeyondLists: Bool {
    spans.values.contains { span in
      span.categories.keys.contains { category in
        covers(category, span.epoch)
          && !tombstones.contains { $0.scope.covers(category, span.epoch, of: recording) }
      }
    }
  }

  /// Whether an epoch has a category that is erased, and whether it has none that is not.
  public func reach(_ epoch: UInt32, of categories: some Collection<UInt16>) -> ErasureReach {
    let erased = categories.count { covers($0, epoch) }
    return erased == 0 ? .nothing : erased == categories.count ? .all : .part
  }

  /// Whether an epoch's sealed bytes may be gone too.
  public func takesCiphertext(_ epoch: UInt32, of categories: some Collection<UInt16>) -> Bool {
    reach(epoch, of: categories) == .all
      && tombstones.contains { tombstone in
        tombstone.scope.takesCiphertext
          && categories.contains { covers(tombstone, $0, epoch) }
      }
  }

  /// A tombstone for all recordings leaves alone what began after it was made: a patient may start
  /// again.
  private static func reaches(
    _ tombstone: Tombstone, _ recording: [UInt8], began: Int64?
  ) -> Bool {
    let scope = tombstone.scope
    guard scope.recording ?? recording == recording else { return false }
    if let epochs = scope.epochs { return epochs.contains { $0.recording == recording } }
    if scope.recording != nil { return true }
    return began.map { $0 <= tombstone.created } ?? true
  }
}

extension Tombstone {
  /// Whether it covers a category of an epoch that it need not list: one that meets its time, and had
  /// begun when it was made.
  fileprivate func covers(_ category: UInt16, _ span: EpochSpan) -> Bool {
    guard mayReach(span.recording), scope.categories?.contains(category) ?? true,
      let range = span.categories[category]
    else { return false }
    return range.from < created && range.meets(from: scope.from, until: scope.until)
  }

  /// Whether it has a time in which epochs of this recording may lie that it does not list.
  func mayReach(_ recording: [UInt8]) -> Bool {
    scope.hasWindow && scope.recording ?? recording == recording
  }
}

extension EpochSpan.Range {
  /// Whether any of it lies in a half-open time; a bound that is nil does not bind.
  public func meets(from: Int64?, until: Int64?) -> Bool {
    (until.map { self.from < $0 } ?? true) && (from.map { self.until > $0 } ?? true)
  }
}

/// How much of an epoch is erased.
public enum ErasureReach: Sendable, Hashable {
  case nothing, part, all
}
