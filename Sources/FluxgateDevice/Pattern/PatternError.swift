/// Why a text of a profile is no pattern; offsets are in bytes from the text's start.
public enum PatternError: Error, Sendable, Hashable {
  case tooLong(Int, limit: Int)
  /// Sound elsewhere, but not let in here: its work cannot be bounded or its meaning is unclear.
  case notAllowed(String, offset: Int)
  case malformed(String, offset: Int)
}

/// Why a pattern gave no answer about a subject.
public enum MatchError: Error, Sendable, Hashable {
  case subjectTooLong(Int, limit: Int)
  /// The limit of steps, of depth or of memory was reached first.
  case tooCostly
}
