internal import CPCRE2

/// Looks for one pattern in subjects, one after another, on one thread.
///
/// All memory is taken in `init` and at the first match; the time of a match does not grow beyond the
/// step limit, whatever pattern and subject are.
@safe public final class PatternMatcher {
  public static let longestSubject = 4096
  /// Steps of PCRE2's matcher: far above what an honest line needs, some milliseconds at most.
  private static let mostSteps: UInt32 = 50_000
  private static let deepest: UInt32 = 2_000
  private static let mostKibibytes: UInt32 = 512

  public let pattern: BoundedPattern
  private let context: OpaquePointer
  private let found: OpaquePointer
  private var hasMatch = false

  public init(_ pattern: BoundedPattern) {
    self.pattern = pattern
    let compiled = pattern.compiled
    guard let context = unsafe pcre2_match_context_create_8(nil),
      let found = unsafe pcre2_match_data_create_from_pattern_8(compiled.code, nil)
    else { CompiledPattern.outOfMemory() }
    _ = unsafe pcre2_set_match_limit_8(context, Self.mostSteps)
    _ = unsafe pcre2_set_depth_limit_8(context, Self.deepest)
    _ = unsafe pcre2_set_heap_limit_8(context, Self.mostKibibytes)
    unsafe self.context = context
    unsafe self.found = found
  }

  deinit {
    // SAFETY: both were made in init and are owned by this object alone.
    unsafe pcre2_match_data_free_8(found)
    unsafe pcre2_match_context_free_8(context)
  }

  /// Whether the pattern is found anywhere in `subject`.
  public func matches(_ subject: RawSpan) throws(MatchError) -> Bool {
    hasMatch = false
    guard subject.byteCount <= Self.longestSubject else {
      throw .subjectTooLong(subject.byteCount, limit: Self.longestSubject)
    }
    let answer = run(on: subject)
    hasMatch = answer > 0
    // Without UTF and with sound arguments, what is no match can only be one of the limits.
    guard hasMatch || answer == PCRE2_ERROR_NOMATCH else { throw .tooCostly }
    return hasMatch
  }

  /// Where a group stood in the subject of the last match; nil if it took no part. 0 is the whole.
  public func range(of group: Int) -> Range<Int>? {
    guard hasMatch, (0...pattern.groups.count).contains(group) else { return nil }
    // SAFETY: the match data has a pair of offsets for the whole and for every group.
    let pairs = unsafe pcre2_get_ovector_pointer_8(found)
    let (start, end) = unsafe (pairs?[2 * group] ?? -1, pairs?[2 * group + 1] ?? -1)
    // A group that took no part has all bits set.
    guard start >= 0, start <= end, end <= Self.longestSubject else { return nil }
    return start..<end
  }

  private func run(on subject: RawSpan) -> Int32 {
    // SAFETY: PCRE2 reads the span's bytes during the call. It keeps their address, and nothing here
    // asks for what lies there: captures are taken by offset. An empty span may have no address.
    unsafe subject.withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress else { return matchNothing() }
      let text = unsafe start.assumingMemoryBound(to: UInt8.self)
      return unsafe pcre2_match_8(pattern.compiled.code, text, bytes.count, 0, 0, found, context)
    }
  }

  private func matchNothing() -> Int32 {
    var filling: UInt8 = 0
    // SAFETY: a subject of no bytes is not read.
    return unsafe pcre2_match_8(pattern.compiled.code, &filling, 0, 0, 0, found, context)
  }
}

extension BoundedPattern {
  /// One question about one text, for places where speed does not count; a match that would cost too
  /// much is none.
  func isFound(in text: String) -> Bool {
    let bytes = Array(text.utf8.prefix(PatternMatcher.longestSubject))
    // SAFETY: the span is used only while `bytes` lives.
    let found = try? unsafe PatternMatcher(self).matches(bytes.span.bytes)
    return found ?? false
  }
}
