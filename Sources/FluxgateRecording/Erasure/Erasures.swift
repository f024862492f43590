public import FluxgateSeal

/// What the patient's tombstones say of one recording (DocC page ``Erasure``).
public struct Erasures: Sendable, Hashable {
  /// 16 bytes.
  public let recording: [UInt8]
  /// Those that cover something of it, oldest first.
  public let tombstones: [Tombstone]

  /// - Parameters:
  ///   - tombstones: of the patient that the recording's pairing names.
  ///   - began: UTC seconds; no later than this the recording began. Nil where nobody can tell.
  public init(_ tombstones: [Tombstone], of recording: [UInt8], began: Int64?) {
    self.recording = recording
    self.tombstones =
      tombstones
      .filter { Self.reaches($0, recording, began: began) }
      .sorted { ($0.created, $0.text) < ($1.created, $1.text) }
  }

  public var isEmpty: Bool { tombstones.isEmpty }

  /// Nothing of the recording may be opened again, and its salt goes too.
  public var isWhole: Bool { tombstones.contains { $0.scope.isWhole } }

  public func covers(_ category: UInt16, _ epoch: UInt32) -> Bool {
    tombstones.contains { $0.scope.covers(category, epoch, of: recording) }
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
          && categories.contains { tombstone.scope.covers($0, epoch, of: recording) }
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

/// How much of an epoch is erased.
public enum ErasureReach: Sendable, Hashable {
  case nothing, part, all
}
