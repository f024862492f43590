public import FluxgateConsent
internal import FluxgateRecording
public import FluxgateSeal

/// What a patient asks to have erased.
public struct ErasureWish: Sendable, Hashable {
  /// 16 bytes; nil for all.
  public var recording: [UInt8]?
  /// Nil for all.
  public var categories: Set<UInt16>?
  public var window: TimeWindow
  public var takesCiphertext: Bool

  public init(
    recording: [UInt8]? = nil, categories: Set<UInt16>? = nil, window: TimeWindow = TimeWindow(),
    takesCiphertext: Bool = false
  ) {
    self.recording = recording
    self.categories = categories
    self.window = window
    self.takesCiphertext = takesCiphertext
  }

  var hasWindow: Bool { window.from != nil || window.until != nil }
}

/// A wish as tombstones can say it: with the epochs that lie in its time, as the vault knows them.
///
/// Keys are for whole epochs. An epoch of which any part lies in the time goes whole.
public struct ErasurePlan: Sendable, Hashable {
  /// One tombstone for each. More than one where categories lie in the time in different epochs, as
  /// those of a device whose memory reaches back.
  public private(set) var scopes: [ErasureScope] = []
  /// Recordings that something will be erased of: ids of 32 hexadecimal digits.
  public private(set) var recordings: [String] = []
  /// Epochs without a readable span: whether they lie in the time, nobody can tell, and they stay.
  public private(set) var undated: [ErasedEpochs] = []
  /// Recordings that are not seen to be closed, where a time is asked for: what their gateways still
  /// hold of it goes when they push or erase their own copies, for the time binds too.
  public private(set) var unclosed: [String] = []
  /// Recordings behind a server of which an object is damaged: what lies in them nobody could see. A
  /// tombstone without a time covers them.
  public private(set) var damaged: [String] = []

  /// Whether all that was asked for could be found.
  public var isComplete: Bool { undated.isEmpty && damaged.allSatisfy(recordings.contains) }

  /// - Parameter patient: whose recordings are looked at; others in the vault are passed over.
  public init(
    _ wish: ErasureWish, in vault: DirectoryVault, of patient: KeyFingerprint
  ) throws(VaultError) {
    let places = try VaultErasure.recordings(in: vault)
      .map { VaultPlace(vault: vault, recording: $0) }
    try self.init(wish, places, patient)
  }

  /// By copies of the recordings' documents, as ``RemoteVault/documents(of:)`` brings them.
  public init(
    _ wish: ErasureWish, in copies: [RecordingDocuments], damaged: [[UInt8]] = [],
    of patient: KeyFingerprint
  ) throws(VaultError) {
    try self.init(wish, copies, patient, damaged: damaged.map { hexadecimal($0) })
  }

  private init(
    _ wish: ErasureWish, _ places: [any RecordingPlace], _ patient: KeyFingerprint,
    damaged: [String] = []
  ) throws(VaultError) {
    self.damaged = damaged
    var found: [UInt16: [ErasedEpochs]] = [:]
    if !wish.hasWindow { recordings = damaged }
    for place in places {
      guard let known = try KnownRecording(place), known.patient == patient,
        wish.recording ?? known.recording == known.recording
      else { continue }
      let recording = known.recording
      let hits = wish.hasWindow ? try known.epochs(of: wish, undated: &undated) : [:]
      if wish.hasWindow, try !known.isClosed() { unclosed.append(hexadecimal(recording)) }
      if wish.hasWindow, hits.isEmpty { continue }
      recordings.append(hexadecimal(recording))
      for (category, epochs) in hits { found[category, default: []] += epochs }
    }
    guard !recordings.isEmpty else { throw .nothingToErase }
    scopes = wish.hasWindow ? Self.scopes(wish, found) : [wish.scope]
  }

  /// One for each set of categories that lie in the time in the same epochs.
  private static func scopes(
    _ wish: ErasureWish, _ found: [UInt16: [ErasedEpochs]]
  ) -> [ErasureScope] {
    var groups: [[ErasedEpochs]: Set<UInt16>] = [:]
    for (category, epochs) in found { groups[epochs, default: []].insert(category) }
    return groups.sorted { ($0.value.min() ?? 0) < ($1.value.min() ?? 0) }.map { epochs, group in
      var scope = wish.scope
      scope.categories = groups.count == 1 ? wish.categories : group
      scope.epochs = epochs
      return scope
    }
  }
}

extension ErasureWish {
  fileprivate var scope: ErasureScope {
    ErasureScope(
      recording: recording, categories: categories, from: window.from, until: window.until,
      takesCiphertext: takesCiphertext)
  }
}

/// A recording whose spans tell when its epochs were.
private struct KnownRecording {
  let patient: KeyFingerprint
  private let head: HeadDocument
  private let place: any RecordingPlace

  var recording: [UInt8] { head.recording }

  init?(_ place: any RecordingPlace) throws(VaultError) {
    self.place = place
    guard let pairing = try place.pairing().flatMap({ try? Pairing.read($0) }),
      let head = try place.head().flatMap({ try? HeadDocument($0) })
    else { return nil }
    patient = pairing.patient
    self.head = head
  }

  func epochs(
    of wish: ErasureWish, undated: inout [ErasedEpochs]
  ) throws(VaultError) -> [UInt16: [ErasedEpochs]] {
    var hits: [UInt16: [UInt32]] = [:]
    let wanted = head.categories.filter { wish.categories?.contains($0) ?? true }
    for epoch in try epochs() {
      guard let span = try span(of: epoch) else {
        undated.append(ErasedEpochs(recording: recording, epochs: epoch...epoch))
        continue
      }
      for category in wanted {
        guard let range = span.categories[category],
          range.meets(from: wish.window.from, until: wish.window.until)
        else { continue }
        hits[category, default: []].append(epoch)
      }
    }
    return hits.mapValues { ErasedEpochs.joined($0, of: recording) }
  }

  /// Whether the last manifest here says that none follows.
  func isClosed() throws(VaultError) -> Bool {
    guard let last = try place.manifests().last, let bytes = try place.read(.manifest(last)),
      let manifest = try? SignedDocument(bytes)
    else { return false }
    return manifest.body["closed"]?.boolValue ?? false
  }

  /// Those that somebody could still open.
  private func epochs() throws(VaultError) -> [UInt32] {
    let names = try place.capsules().compactMap { CapsuleFileName($0)?.epoch }
    return Set(names).sorted()
  }

  private func span(of epoch: UInt32) throws(VaultError) -> EpochSpan? {
    guard let bytes = try place.read(.span(epoch)),
      let span = try? EpochSpan.read(bytes, gateway: head.gateway),
      span.recording == recording, span.epoch == epoch
    else { return nil }
    return span
  }
}

extension ErasedEpochs {
  /// Runs of epochs that follow each other.
  ///
  /// - Parameter epochs: rising.
  static func joined(_ epochs: [UInt32], of recording: [UInt8]) -> [ErasedEpochs] {
    var runs: [ClosedRange<UInt32>] = []
    for epoch in epochs {
      if let last = runs.last, last.upperBound + 1 == epoch {
        runs[runs.count - 1] = last.lowerBound...epoch
      } else {
        runs.append(epoch...epoch)
      }
    }
    return runs.map { ErasedEpochs(recording: recording, epochs: $0) }
  }
}
