/// A regular expression of a profile, whose work on a subject is bounded in steps, depth and memory.
///
/// It is compiled when the profile is read. It sees bytes, not text: a device may send anything.
/// Parentheses only group; `(?<name>...)` captures. References back, calls of groups, look-behind and
/// verbs are refused. See Decision 0012.
public struct BoundedPattern: Sendable {
  public static let mostBytes = 512
  public static let mostGroups = 16

  public let text: String
  /// Names of captures, each at its number less one.
  public let groups: [String]
  let compiled: CompiledPattern

  public init(_ text: String) throws(PatternError) {
    let bytes = Array(text.utf8)
    guard bytes.count <= Self.mostBytes else {
      throw .tooLong(bytes.count, limit: Self.mostBytes)
    }
    if let refusal = PatternSyntax.refusal(in: bytes) { throw refusal }
    let compiled = try CompiledPattern(bytes)
    // The search above looks at the writing; this is what the compiler understood.
    guard compiled.highestReference == 0 else {
      throw .notAllowed("a reference to a group", offset: 0)
    }
    let groups = compiled.groupNames()
    guard compiled.groupCount == groups.count, groups.count <= Self.mostGroups else {
      throw .notAllowed("more than \(Self.mostGroups) named groups", offset: 0)
    }
    self.text = text
    self.groups = groups
    self.compiled = compiled
  }

  /// The number to ask ``PatternMatcher/range(of:)`` with.
  public func group(_ name: String) -> Int? { groups.firstIndex(of: name).map { $0 + 1 } }
}

extension BoundedPattern: Hashable {
  public static func == (left: Self, right: Self) -> Bool { left.text == right.text }
  public func hash(into hasher: inout Hasher) { hasher.combine(text) }
}
