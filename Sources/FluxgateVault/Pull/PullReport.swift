public import FluxgateRecording

/// What a pull did and what the whole comes to.
public struct PullReport: Sendable, Hashable {
  /// The recording's id: 32 hexadecimal digits.
  public let recording: String
  public let segmentCount: Int
  /// Files that this call copied; the others an earlier one had.
  public let fetchedCount: Int
  public let alreadyThereCount: Int
  /// Of the files that this call copied.
  public let byteCount: UInt64
  /// Intact, or incomplete: nothing else is put in place.
  public let verification: VerificationReport
}

/// A recording as a vault shows it to anybody.
public struct RecordingSummary: Sendable, Hashable {
  /// 32 hexadecimal digits.
  public let recording: String
  public internal(set) var segmentCount = 0
  /// Of the segments' files.
  public internal(set) var byteCount: UInt64 = 0
  /// The last manifest says that the recording was ended.
  public internal(set) var isClosed = false
  /// The salt is gone: the recording was erased.
  public internal(set) var isErased = false
  /// The patient has erased it or parts of it.
  public internal(set) var hasErasures = false
  /// For whom, as the pairing says. The summary trusts nobody's word: a pull does the checking.
  public internal(set) var patient: String?
  /// The first object that is not as it should be, and why.
  public internal(set) var fault: String?
}
