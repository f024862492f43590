/// What an erasure did to one recording. A second run has nothing to remove.
public struct ErasedRecording: Sendable, Hashable {
  /// The recording's id: 32 hexadecimal digits.
  public let recording: String
  /// All of it is erased, and its salt.
  public let isWhole: Bool
  /// Files or objects, by the names they had.
  public internal(set) var removed: [String] = []
  /// Capsules of the patient that hold keys which stay, too: left alone until the patient's machine
  /// has sealed those anew. What was to be erased in them is **not** erased.
  public internal(set) var pending: [String] = []
  /// Capsules of readers that held keys which stay, too. They went, and those readers need a new
  /// grant over what is left.
  public internal(set) var unreplaced: [String] = []
  /// Capsules that could not be read, of epochs where something stays: nobody can tell what is in
  /// them, and they went.
  public internal(set) var unreadable: [String] = []

  public var isDone: Bool { pending.isEmpty }
}
