import Testing

@testable import FluxgateDevice

struct BoundedPatternTests {
  private static func fault(_ text: String) -> PatternError? {
    do throws(PatternError) {
      _ = try BoundedPattern(text)
      return nil
    } catch {
      return error
    }
  }

  private static func matcher(_ text: String) throws -> PatternMatcher {
    PatternMatcher(try BoundedPattern(text))
  }

  @Test func `named groups are found where they stand, plain ones only group`() throws {
    let matcher = try Self.matcher("^!(?<whole>[0-9]+)(?:\\.(?<part>[0-9]+))?(x|y)")
    #expect(matcher.pattern.groups == ["whole", "part"])
    let line = Array("!52926.706y".utf8)
    #expect(try matcher.matches(line.span.bytes))
    #expect(matcher.range(of: 0) == 0..<11)
    #expect(matcher.range(of: 1) == 1..<6)
    #expect(matcher.range(of: 2) == 7..<10)
    #expect(matcher.range(of: 3) == nil)
    let short = Array("!5x".utf8)
    #expect(try matcher.matches(short.span.bytes))
    #expect(matcher.range(of: 2) == nil)
    let other = Array("?5x".utf8)
    #expect(try !matcher.matches(other.span.bytes))
    #expect(matcher.range(of: 0) == nil)
  }

  @Test func `it sees bytes, and the end is the end`() throws {
    let line: [UInt8] = [0x21, 0xFF, 0x00, 0xC3]
    #expect(try Self.matcher("^!\\xff\\x00\\xc3$").matches(line.span.bytes))
    let ended = Array("ab\n".utf8)
    #expect(try !Self.matcher("b$").matches(ended.span.bytes))
    #expect(try Self.matcher("^$").matches([UInt8]().span.bytes))
  }

  @Test(arguments: [
    ("(?<a>x)\\k<a>", 7), ("(?<a>x)\\g1", 7), ("(?R)", 0), ("a(?1)", 1), ("(?&a)", 0),
    ("(?P<a>x)", 0), ("(?(1)a)", 0), ("(*LIMIT_MATCH=9)a", 0), ("(?<=a)b", 0), ("(?<!a)b", 0),
    ("(?i)a", 0), ("\\Q(?R)\\E", 0), ("(?C1)a", 0), ("(?#x)", 0), ("a\\Kb", 1), ("(?>a)", 0),
    ("\\\\(?R)", 2),
  ])
  func `what cannot be bounded is refused at its place`(text: String, offset: Int) {
    guard case .notAllowed(_, let found) = Self.fault(text) else {
      Issue.record("\(text) was let in")
      return
    }
    #expect(found == offset)
  }

  @Test func `a number that refers back to a group is refused by what was compiled`() {
    #expect(Self.fault("(?<a>x)\\1") == .notAllowed("a reference to a group", offset: 0))
  }

  @Test func `what is no pattern is refused with its offset`() {
    guard case .malformed(_, let offset) = Self.fault("ab[c") else {
      Issue.record("no fault")
      return
    }
    #expect(offset == 4)
    #expect(Self.fault(String(repeating: "a", count: 513)) == .tooLong(513, limit: 512))
    #expect(
      Self.fault(String(repeating: "(", count: 17) + String(repeating: ")", count: 17)) != nil)
    let many = (0..<17).map { "(?<g\($0)>a)" }.joined()
    #expect(Self.fault(many) == .notAllowed("more than 16 named groups", offset: 0))
    #expect(Self.fault("((a{1000}){1000}){1000}") != nil)
  }

  @Test(arguments: ["^(a+)+$", "^(a|aa)+$", "^(.*.*.*.*.*)*[bc]$", "(x+x+)+[yz]"])
  func `a pattern that would take for ever ends at its limit`(text: String) throws {
    let matcher = try Self.matcher(text)
    let line =
      [UInt8](repeating: UInt8(ascii: text.contains("x") ? "x" : "a"), count: 4000) + [0x21]
    #expect(throws: MatchError.tooCostly) { try matcher.matches(line.span.bytes) }
    // And it goes on working.
    let good = Array((text.contains("x") ? "xxy" : "aab").utf8)
    _ = try matcher.matches(good.span.bytes)
  }

  @Test func `a subject is bounded`() throws {
    let matcher = try Self.matcher("a")
    let longest = [UInt8](repeating: 0x61, count: 4096)
    #expect(try matcher.matches(longest.span.bytes))
    let longer = longest + [0x61]
    #expect(throws: MatchError.subjectTooLong(4097, limit: 4096)) {
      try matcher.matches(longer.span.bytes)
    }
  }

  @Test func `random patterns on random bytes never crash`() {
    var random = SystemSeeded(seed: 7)
    let signs = Array("ab(?:<>[]^$.*+|{}0,9\\dxKk!=".utf8)
    var compiled = 0
    for _ in 0..<2000 {
      let text = (0..<random.below(20)).map { _ in
        String(UnicodeScalar(signs[random.below(signs.count)]))
      }.joined()
      guard let pattern = try? BoundedPattern(text) else { continue }
      compiled += 1
      let matcher = PatternMatcher(pattern)
      let line = (0..<random.below(40)).map { _ in UInt8(random.below(256)) }
      guard (try? matcher.matches(line.span.bytes)) == true else { continue }
      #expect(matcher.range(of: 0) != nil)
    }
    #expect(compiled > 100)
  }
}

/// Numbers below a limit from a seed.
struct SystemSeeded {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func below(_ limit: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(state >> 33) % max(1, limit)
  }
}
