import FluxgateConsent
import FluxgateSeal
import Testing

/// Random books against an evaluator that knows no windows, sets or nearness: it asks for every
/// second and every category by itself, and walks up the ancestors each time.
@Suite struct ConsentPropertyTests {
  /// Bounds are drawn from 1...8: second 0 stands for all before, second 9 for all after.
  static let seconds: Range<Int64> = 0..<10
  private let cast = Cast()

  @Test func `decisions are those of the naive evaluator`() {
    var random = Seeded(state: 2026)
    var permits = 0
    for _ in 0..<80 {
      let naive = NaiveBook(drawing: &random, cast)
      let book = naive.book(&random)
      for _ in 0..<120 {
        let isAtom = Bool.random(using: &random)
        let request = isAtom ? naive.atom(&random) : naive.request(&random)
        let now = Int64.random(in: Self.seconds, using: &random)
        let isPermitted = book.decide(request, at: now).isPermit
        #expect(isPermitted == naive.permits(request, now), "\(request) at \(now)")
        if isPermitted { permits += 1 }
      }
    }
    // Else the comparison would be of refusals only.
    #expect(permits > 400)
  }

  @Test func `live pieces are exactly what would be permitted`() {
    var random = Seeded(state: 7)
    for _ in 0..<80 {
      let naive = NaiveBook(drawing: &random, cast)
      let book = naive.book(&random)
      let now = Int64.random(in: Self.seconds, using: &random)
      let live = book.live(at: now)
      for _ in 0..<200 {
        let atom = naive.atom(&random)
        let isLive = live.contains { $0.holds(atom) }
        #expect(isLive == naive.permits(atom, now), "\(atom) at \(now)")
      }
    }
  }

  @Test func `between two announced changes nothing changes`() {
    var random = Seeded(state: 99)
    for _ in 0..<80 {
      let book = NaiveBook(drawing: &random, cast).book(&random)
      for now in Self.seconds {
        let next = book.nextChange(after: now) ?? Self.seconds.upperBound
        for later in now..<max(next, now + 1) {
          #expect(Set(book.live(at: later)) == Set(book.live(at: now)))
        }
      }
    }
  }
}

extension ConsentDecision {
  fileprivate var isPermit: Bool { if case .permit = self { true } else { false } }
}

extension LiveGrant {
  fileprivate func holds(_ request: ConsentRequest) -> Bool {
    grantee.keyFingerprint == request.reader && request.categories.isSubset(of: categories)
      && actions.contains(request.action) && purposes.contains(request.purpose)
      && data.contains(request.data) && identity >= request.identity
  }
}
