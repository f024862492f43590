import FluxgateConsent
import FluxgateSeal

/// SplitMix64, so that every run draws the same books.
struct Seeded: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// Grants and revocations as plain lists, and what they permit by brute force.
struct NaiveBook {
  let cast: Cast
  var grants: [ConsentGrant] = []
  var ends: [(grant: ConsentGrant, at: Int64)] = []

  private var people: [PatientSecret] { [cast.doctor, cast.nurse, cast.trainee] }

  init(drawing random: inout Seeded, _ cast: Cast) {
    self.cast = cast
    for _ in 0..<Int.random(in: 1...6, using: &random) { grants.append(draw(&random)) }
    for grant in grants where Int.random(in: 0..<6, using: &random) == 0 {
      ends.append((grant, Int64.random(in: 1...8, using: &random)))
    }
  }

  // MARK: What is permitted

  func permits(_ request: ConsentRequest, _ now: Int64) -> Bool {
    grants.contains { grant in
      grant.effect == .permit && counts(grant)
        && grant.grantee.keyFingerprint == request.reader
        && request.categories.allSatisfy { category in
          ConsentPropertyTests.seconds.filter { covers(request.data, $0) }.allSatisfy {
            allows(grant, category, request, $0, now, steps: 0)
              && !isDenied(grant, category, request, $0, now)
          }
        }
    }
  }

  /// Whether everything above allows this grant to be, with all its categories.
  private func counts(_ grant: ConsentGrant, below: ConsentGrant? = nil, steps: Int = 0) -> Bool {
    if steps > 0 {
      guard let passing = grant.delegation, Int(passing.depth) >= steps else { return false }
      guard below?.categories.allSatisfy(passing.categories.contains) == true else { return false }
    }
    guard let parent = grants.first(where: { $0.id == grant.parent }) else { return true }
    return counts(parent, below: grant, steps: steps + 1)
      && (steps == 0 || counts(grant))
  }

  /// Whether the grant and everything above it allow one category at one second of data.
  private func allows(
    _ grant: ConsentGrant, _ category: UInt16, _ request: ConsentRequest, _ second: Int64,
    _ now: Int64, steps: Int
  ) -> Bool {
    if !grant.categories.contains(category) || !grant.actions.contains(request.action) {
      return false
    }
    if !grant.purposes.contains(request.purpose) || grant.identity < request.identity {
      return false
    }
    if !covers(grant.valid, now) || !covers(grant.data, second) { return false }
    if ends.contains(where: { $0.grant.id == grant.id && $0.at <= now }) { return false }
    if steps > 0 {
      guard let passing = grant.delegation, Int(passing.depth) >= steps,
        passing.categories.contains(category)
      else { return false }
    }
    guard let parent = grants.first(where: { $0.id == grant.parent }) else { return true }
    return allows(parent, category, request, second, now, steps: steps + 1)
  }

  private func isDenied(
    _ grant: ConsentGrant, _ category: UInt16, _ request: ConsentRequest, _ second: Int64,
    _ now: Int64
  ) -> Bool {
    let denied = grants.contains { denial in
      denial.effect == .deny && denial.grantee == grant.grantee
        && denial.categories.contains(category) && denial.actions.contains(request.action)
        && denial.purposes.contains(request.purpose) && denial.identity <= request.identity
        && covers(denial.valid, now) && covers(denial.data, second)
        && !ends.contains { $0.grant.id == denial.id && $0.at <= now }
    }
    if denied { return true }
    guard let parent = grants.first(where: { $0.id == grant.parent }) else { return false }
    return isDenied(parent, category, request, second, now)
  }

  private func covers(_ window: TimeWindow, _ second: Int64) -> Bool {
    if let from = window.from, second < from { return false }
    if let until = window.until, second >= until { return false }
    return true
  }

  // MARK: Drawing

  /// The records, signed and in any order.
  func book(_ random: inout Seeded) -> ConsentBook {
    var records: [[UInt8]] = grants.map { grant in
      let signer = people.first { $0.publicKey.keyFingerprint == grant.signer }
      return cast.signed(grant, by: signer)
    }
    records += ends.map { cast.revocation(of: $0.grant, at: $0.at) }
    records.shuffle(using: &random)
    return ConsentBook(patient: cast.patient.publicKey, records: records.map { ($0, nil) })
  }

  func request(_ random: inout Seeded) -> ConsentRequest {
    request(
      categories: some([1, 2, 3], &random), data: window(&random, mustEnd: false), &random)
  }

  /// One category and one second of data.
  func atom(_ random: inout Seeded) -> ConsentRequest {
    let second = Int64.random(in: 1...7, using: &random)
    return request(
      categories: [UInt16.random(in: 1...3, using: &random)],
      data: TimeWindow(from: second, until: second + 1), &random)
  }

  private func request(
    categories: Set<UInt16>, data: TimeWindow, _ random: inout Seeded
  ) -> ConsentRequest {
    ConsentRequest(
      reader: person(&random).publicKey.keyFingerprint, categories: categories,
      action: Bool.random(using: &random) ? .read : .live,
      purpose: Bool.random(using: &random) ? "TREAT" : "COC", data: data,
      identity: level(&random))
  }

  private func draw(_ random: inout Seeded) -> ConsentGrant {
    let above = grants.filter { $0.effect == .permit }.randomElement(using: &random)
    let parent = Int.random(in: 0..<3, using: &random) == 0 ? above : nil
    let isDenial = parent == nil && Int.random(in: 0..<5, using: &random) == 0
    let categories: Set<UInt16> = some([1, 2, 3], &random)
    let canPass = !isDenial && Bool.random(using: &random)
    let valid = window(&random, mustEnd: true)
    return ConsentGrant(
      effect: isDenial ? .deny : .permit, patient: cast.patient.publicKey.keyFingerprint,
      parent: parent?.id,
      signer: parent?.grantee.keyFingerprint ?? cast.patient.publicKey.keyFingerprint,
      grantee: person(&random).publicKey, categories: categories,
      actions: some([.read, .live], &random), purposes: some(["TREAT", "COC"], &random),
      valid: valid, data: window(&random, mustEnd: false), identity: level(&random),
      delegation: canPass
        ? .init(depth: UInt8.random(in: 1...2, using: &random), categories: categories) : nil,
      termsDigest: [UInt8](repeating: 0, count: 32), receipt: [UInt8](repeating: 0, count: 16),
      created: 0)
  }

  private func person(_ random: inout Seeded) -> PatientSecret {
    people[Int.random(in: 0..<3, using: &random)]
  }

  /// Mostly the highest, so that enough is permitted.
  private func level(_ random: inout Seeded) -> IdentityLevel {
    [.deidentified, .pseudonymous, .identified, .identified][
      Int.random(in: 0..<4, using: &random)]
  }

  private func some<Element: Hashable>(
    _ all: [Element], _ random: inout Seeded
  ) -> Set<Element> {
    let drawn = all.filter { _ in Int.random(in: 0..<4, using: &random) > 0 }
    return drawn.isEmpty ? [all[0]] : Set(drawn)
  }

  private func window(_ random: inout Seeded, mustEnd: Bool) -> TimeWindow {
    let from = Int64.random(in: 1...7, using: &random)
    let until = Int64.random(in: from + 1...8, using: &random)
    return TimeWindow(
      from: Bool.random(using: &random) ? nil : from,
      until: mustEnd || Bool.random(using: &random) ? until : nil)
  }
}
