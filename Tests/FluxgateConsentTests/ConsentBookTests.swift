import FluxgateConsent
import FluxgateSeal
import Testing

@Suite struct ConsentBookTests {
  private let cast = Cast()
  private let now = Cast.start + 5
  private let passing = ConsentGrant.Delegation(depth: 1, categories: [1])

  @Test func `ninety days end at their first instant after`() {
    let grant = cast.grant()
    let book = cast.book(cast.signed(grant))
    let end = Cast.start + 90 * Cast.day
    #expect(book.decide(cast.request(), at: Cast.start) == .permit(grant.id))
    #expect(book.decide(cast.request(), at: end - 1) == .permit(grant.id))
    #expect(book.decide(cast.request(), at: end) == .deny(.expired))
    #expect(book.decide(cast.request(), at: Cast.start - 1) == .deny(.notYetValid))
  }

  @Test func `only the patient and a delegate's own line are heard`() {
    let root = cast.grant(delegation: passing)
    let child = cast.grant(to: cast.nurse, by: cast.doctor, under: root, categories: [1])
    var book = cast.book(cast.signed(root))
    #expect(throws: ConsentError.badSignature) {
      try book.add(cast.signed(cast.grant(), by: cast.doctor))
    }
    #expect(throws: ConsentError.badSignature) { try book.add(cast.signed(child, by: cast.nurse)) }
    let stranger = cast.grant(to: cast.trainee, by: cast.nurse, under: root)
    #expect(throws: ConsentError.foreignSigner) {
      try book.add(cast.signed(stranger, by: cast.nurse))
    }
    let orphan = cast.grant(to: cast.nurse, by: cast.doctor, under: child)
    #expect(throws: ConsentError.unknownParent(child.id)) {
      try book.add(cast.signed(orphan, by: cast.doctor))
    }
    #expect(throws: ConsentError.wrongPatient) { try book.add(Cast().signed(Cast().grant())) }
    #expect(book.grants == [root])
  }

  @Test func `nothing is passed on from a denial`() {
    let denial = cast.grant(.deny)
    let child = cast.grant(to: cast.nurse, by: cast.doctor, under: denial)
    var book = cast.book(cast.signed(denial))
    #expect(throws: ConsentError.foreignSigner) {
      try book.add(cast.signed(child, by: cast.doctor))
    }
  }

  @Test func `records count in any order, and the same one twice is one`() {
    let root = cast.grant(delegation: .init(depth: 2, categories: [1]))
    let child = cast.grant(
      to: cast.nurse, by: cast.doctor, under: root, categories: [1],
      delegation: .init(depth: 1, categories: [1]))
    let grandchild = cast.grant(to: cast.trainee, by: cast.nurse, under: child, categories: [1])
    let ended = cast.revocation(of: child, at: now + 10, by: cast.doctor)
    let records = [
      ended, cast.signed(grandchild, by: cast.nurse), cast.signed(child, by: cast.doctor),
      cast.signed(root), cast.signed(root),
    ]
    let book = ConsentBook(patient: cast.patient.publicKey, records: records.map { ($0, nil) })
    #expect(book.refused.isEmpty)
    let request = cast.request(by: cast.trainee)
    #expect(book.decide(request, at: now) == .permit(grandchild.id))
    #expect(book.decide(request, at: now + 10) == .deny(.revoked))
    #expect(book.decide(cast.request(), at: now + 10) == .permit(root.id))
  }

  @Test func `what does not count is named by its place and spoils nothing`() {
    let grant = cast.grant()
    let child = cast.grant(to: cast.nurse, by: cast.doctor, under: cast.grant())
    let book = cast.book([1, 2], cast.signed(child, by: cast.doctor), cast.signed(grant))
    #expect(book.refused.map(\.index) == [0, 1])
    #expect(book.refused.map(\.error).first == .malformed("signed record"))
    #expect(book.grants == [grant])
  }

  @Test func `an id belongs to one record`() {
    let grant = cast.grant()
    let other = cast.grant(categories: [3], id: grant.id)
    var book = cast.book(cast.signed(grant))
    #expect(throws: ConsentError.conflict(grant.id)) { try book.add(cast.signed(other)) }
    #expect(book.grants == [grant])
  }

  @Test func `a delegation goes as deep as every ancestor allows`() {
    let root = cast.grant(delegation: passing)
    let child = cast.grant(
      to: cast.nurse, by: cast.doctor, under: root, categories: [1],
      delegation: .init(depth: 5, categories: [1]))
    let grandchild = cast.grant(to: cast.trainee, by: cast.nurse, under: child, categories: [1])
    let book = cast.book(
      cast.signed(root), cast.signed(child, by: cast.doctor),
      cast.signed(grandchild, by: cast.nurse))
    #expect(book.decide(cast.request(by: cast.nurse), at: now) == .permit(child.id))
    #expect(book.refused.map(\.error) == [.notDelegated(child.id)])
    #expect(book.decide(cast.request(by: cast.trainee), at: now) == .deny(.grantee))
    #expect(book.live(for: cast.trainee.publicKey.keyFingerprint, at: now).isEmpty)
  }

  @Test func `who may not pass on, or not this, is not heard`() throws {
    let root = cast.grant()
    let wide = cast.grant(delegation: passing)
    var book = cast.book(cast.signed(root), cast.signed(wide))
    for (above, categories) in [
      (root, Set<UInt16>([1])), (wide, Set([1, 2])), (wide, Set([2])),
    ] {
      let child = cast.grant(
        to: cast.nurse, by: cast.doctor, under: above, categories: categories)
      #expect(throws: ConsentError.notDelegated(above.id)) {
        try book.add(cast.signed(child, by: cast.doctor))
      }
    }
    #expect(book.grants.count == 2)
  }

  /// A line in which each passes on to the next, with all the depth that a record can name.
  private func line(_ count: Int) -> (records: [[UInt8]], last: ConsentGrant) {
    let all = ConsentGrant.Delegation(depth: 255, categories: [1])
    var last = cast.grant(categories: [1], delegation: all)
    var records = [cast.signed(last)]
    var holder = cast.doctor
    while records.count < count {
      let next = Cast.person("delegate \(records.count)")
      last = cast.grant(to: next, by: holder, under: last, categories: [1], delegation: all)
      records.append(cast.signed(last, by: holder))
      holder = next
    }
    return (records, last)
  }

  @Test(.timeLimit(.minutes(1)))
  func `a line of three hundred is cut after eight steps, in any order`() {
    let records = line(300).records
    for order in [records, records.reversed()] {
      let book = ConsentBook(patient: cast.patient.publicKey, records: order.map { ($0, nil) })
      #expect(book.grants.count == 1 + ConsentBook.stepsMax)
      #expect(book.refused.count == 299 - ConsentBook.stepsMax)
      #expect(book.live(at: now).count == 1 + ConsentBook.stepsMax)
    }
  }

  @Test func `of what one key passes on, sixty-four grants count, however they are spread`() throws
  {
    let deep = ConsentGrant.Delegation(depth: 2, categories: [1])
    let root = cast.grant(categories: [1], delegation: deep)
    let middle = cast.grant(
      to: cast.nurse, by: cast.doctor, under: root, categories: [1], delegation: deep)
    var book = cast.book(cast.signed(root), cast.signed(middle, by: cast.doctor))
    var first: ConsentGrant?
    for number in 1..<ConsentBook.passedOnMax {
      let isDeep = number % 2 == 0
      let child = cast.grant(
        to: cast.trainee, by: isDeep ? cast.nurse : cast.doctor, under: isDeep ? middle : root,
        categories: [1])
      try book.add(cast.signed(child, by: isDeep ? cast.nurse : cast.doctor))
      first = first ?? child
    }
    for (above, signer) in [(root, cast.doctor), (middle, cast.nurse)] {
      let more = cast.grant(to: cast.trainee, by: signer, under: above, categories: [1])
      #expect(throws: ConsentError.tooMany) { try book.add(cast.signed(more, by: signer)) }
    }
    let ended = try #require(first)
    try book.add(cast.revocation(of: ended, at: now, by: cast.doctor))
    #expect(throws: ConsentError.tooMany) {
      try book.add(cast.revocation(of: ended, at: now + 1, by: cast.doctor))
    }
    // The patient is bound by nothing of this.
    try book.add(cast.revocation(of: ended, at: now - 1))
    for _ in 0..<ConsentBook.passedOnMax { try book.add(cast.signed(cast.grant())) }
    #expect(book.grants.count == 1 + 2 * ConsentBook.passedOnMax)
  }

  @Test func `two grants do not add up`() {
    let book = cast.book(
      cast.signed(cast.grant(categories: [1])), cast.signed(cast.grant(categories: [2])))
    #expect(book.decide(cast.request(categories: [1, 2]), at: now) == .deny(.category))
  }

  @Test func `a request for nothing or without an end is no way around a grant`() {
    let book = cast.book(cast.signed(cast.grant(data: TimeWindow(from: 100, until: 200))))
    #expect(book.decide(cast.request(categories: []), at: now) == .deny(.category))
    for window in [
      TimeWindow(), TimeWindow(from: 100), TimeWindow(until: 200),
      TimeWindow(from: 150, until: 150), TimeWindow(from: 150, until: 201),
    ] {
      #expect(book.decide(cast.request(data: window), at: now) == .deny(.dataWindow))
    }
  }

  @Test func `a denial wins over every grant, for those below too`() {
    let root = cast.grant(purposes: ["TREAT", "COC"], delegation: passing)
    let child = cast.grant(to: cast.nurse, by: cast.doctor, under: root, categories: [1])
    let denial = cast.grant(.deny, categories: [1], identity: .deidentified)
    let book = cast.book(
      cast.signed(root), cast.signed(child, by: cast.doctor), cast.signed(denial))
    #expect(book.decide(cast.request(), at: now) == .deny(.denied(denial.id)))
    #expect(book.decide(cast.request(by: cast.nurse), at: now) == .deny(.denied(denial.id)))
    #expect(book.decide(cast.request(categories: [2]), at: now) == .permit(root.id))
    #expect(book.decide(cast.request(purpose: "COC"), at: now) == .permit(root.id))
  }

  @Test func `a denial of identified data leaves the rest`() {
    let grant = cast.grant()
    let denial = cast.grant(.deny, identity: .identified)
    let book = cast.book(cast.signed(grant), cast.signed(denial))
    #expect(book.decide(cast.request(), at: now) == .deny(.denied(denial.id)))
    #expect(book.decide(cast.request(identity: .pseudonymous), at: now) == .permit(grant.id))
    #expect(book.live(at: now).map(\.identity) == [.pseudonymous])
  }

  @Test func `a denial ends when it is revoked`() {
    let grant = cast.grant()
    let denial = cast.grant(.deny, identity: .deidentified)
    let book = cast.book(
      cast.signed(grant), cast.signed(denial), cast.revocation(of: denial, at: now))
    #expect(book.decide(cast.request(), at: now - 1) == .deny(.denied(denial.id)))
    #expect(book.decide(cast.request(), at: now) == .permit(grant.id))
  }

  @Test func `who may revoke, and that it is heard before the grant`() throws {
    let root = cast.grant(delegation: passing)
    let child = cast.grant(to: cast.nurse, by: cast.doctor, under: root, categories: [1])
    var book = cast.book(cast.signed(root), cast.signed(child, by: cast.doctor))
    #expect(throws: ConsentError.foreignSigner) {
      try book.add(cast.revocation(of: child, at: 1, by: cast.nurse))
    }
    #expect(throws: ConsentError.foreignSigner) {
      try book.add(cast.revocation(of: root, at: 1, by: cast.doctor))
    }
    let later = cast.grant(to: cast.trainee)
    #expect(throws: ConsentError.unknownGrant(later.id)) {
      try book.add(cast.revocation(of: later, at: 1, by: cast.doctor))
    }
    try book.add(cast.revocation(of: later, at: now))
    try book.add(cast.signed(later))
    #expect(book.decide(cast.request(by: cast.trainee), at: now) == .deny(.revoked))
    try book.add(cast.revocation(of: child, at: now, by: cast.doctor))
    #expect(book.decide(cast.request(by: cast.nurse), at: now) == .deny(.revoked))
  }

  @Test func `a second revocation does not revive`() {
    let grant = cast.grant()
    let first = cast.revocation(of: grant, at: now)
    let second = cast.revocation(of: grant, at: now + 100)
    for order in [[first, second], [second, first]] {
      let book = cast.book(cast.signed(grant), order[0], order[1])
      #expect(book.decide(cast.request(), at: now) == .deny(.revoked))
      #expect(book.revocation(of: grant.id)?.at == now)
    }
  }

  @Test func `the instant of arrival counts and not the one that a record names`() throws {
    let grant = cast.grant()
    var book = ConsentBook(patient: cast.patient.publicKey)
    try book.add(cast.signed(grant), receivedAt: now)
    try book.add(cast.revocation(of: grant, at: now - 4), receivedAt: now + 50)
    #expect(book.decide(cast.request(), at: now - 1) == .deny(.notYetValid))
    #expect(book.decide(cast.request(), at: now + 49) == .permit(grant.id))
    #expect(book.decide(cast.request(), at: now + 50) == .deny(.revoked))
    var ahead = ConsentBook(patient: cast.patient.publicKey)
    try ahead.add(cast.signed(grant))
    try ahead.add(cast.revocation(of: grant, at: now + 9_000), receivedAt: now)
    #expect(ahead.decide(cast.request(), at: now) == .deny(.revoked))
  }

  @Test func `the refusal told is that of the nearest grant`() {
    let near = cast.grant(categories: [2], days: 10)
    let book = cast.book(cast.signed(cast.grant(categories: [1])), cast.signed(near))
    let late = Cast.start + 20 * Cast.day
    #expect(book.decide(cast.request(categories: [2]), at: late) == .deny(.expired))
    #expect(book.decide(cast.request(purpose: "COC"), at: now) == .deny(.purpose))
    #expect(book.decide(cast.request(by: cast.nurse), at: now) == .deny(.grantee))
    #expect(cast.book().decide(cast.request(), at: now) == .deny(.noGrant))
    let all = book.explain(
      cast.request(categories: [3], action: .live, identity: .identified), at: late)
    #expect(all.map(\.1).contains([.category, .action, .expired]))
  }

  @Test func `changes are announced one after the other`() {
    let grant = cast.grant(data: TimeWindow(from: now + 10, until: now + 20))
    let book = cast.book(cast.signed(grant), cast.revocation(of: grant, at: now + 30))
    var seen: [Int64] = []
    var next = book.nextChange(after: 0)
    while let instant = next {
      seen.append(instant)
      next = book.nextChange(after: instant)
    }
    let end = Cast.start + 90 * Cast.day
    #expect(seen == [Cast.start, now + 10, now + 20, now + 30, end])
  }
}
