/// What is wrong with a profile, where, and what to do about it.
public struct ProfileError: Error, Sendable, Hashable, CustomStringConvertible {
  public var file: String
  /// From 1; 0 where the whole file is meant.
  public var line: Int
  /// From 1, in characters; 0 where the whole file is meant.
  public var column: Int
  public var message: String
  public var hint: String

  public var description: String { "\(file):\(line):\(column): \(message)\n  \(hint)" }
}
