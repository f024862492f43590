import FluxgateConsent
import FluxgateSeal
import Testing

/// The shared table: each request must get its decision, for its reason.
@Suite(.enabled(if: SharedFixtures.exist, "needs ../shared/fixtures/ledger beside the package"))
struct DecisionTableTests {
  struct Table: Decodable {
    struct Grant: Decodable {
      let id, patient, grantee: String
      let parent, grantor: String?
      let categories, purposes: [String]
      let validFrom, validUntil: Int64
      let dataFrom, dataUntil: Int64?
      let deidentifiedOnly, delegate: Bool
    }
    struct Revocation: Decodable {
      let id, revokes: String
      let at: Int64
    }
    struct Request: Decodable {
      let name, reader, category, purpose, why: String
      let at, dataTime: Int64
      let identified, permit: Bool
    }
    let grants: [Grant]
    let revocations: [Revocation]
    let requests: [Request]
  }

  private static let codes: [String: UInt16] = ["cardiac": 1, "meg": 2, "glucose": 3]
  private let table: Table
  private let people: [String: PatientSecret]
  private var grants: [String: ConsentGrant] = [:]

  init() throws {
    table = try SharedFixtures.json(Table.self, SharedFixtures.decisions)
    let names = ["patient"] + table.grants.map(\.grantee) + table.requests.map(\.reader)
    people = Dictionary(uniqueKeysWithValues: Set(names).map { ($0, Cast.person($0)) })
    for row in table.grants { grants[row.id] = try grant(row) }
  }

  @Test func `every request of the table gets its decision and its reason`() throws {
    let book = try book()
    #expect(book.refused.isEmpty)
    for row in table.requests {
      let decision = book.decide(try request(row), at: row.at)
      #expect(decision == expected(row), "\(row.name)")
    }
    #expect(table.requests.count == 19)
  }

  private func expected(_ row: Table.Request) -> ConsentDecision {
    let known: [String: ConsentRefusal] = [
      "not yet valid": .notYetValid, "expired; end is exclusive": .expired,
      "category": .category, "purpose": .purpose, "grantee": .grantee,
      "deidentified only": .identity, "data window": .dataWindow, "revoked": .revoked,
      "parent expired: a delegation never exceeds its parent": .expired,
    ]
    if row.permit {
      // "c4 under c3", and one audit without an id, which only c2 can permit.
      let id = grants[String(row.why.prefix(2))] ?? grants["c2"]
      return id.map { .permit($0.id) } ?? .deny(.noGrant)
    }
    return .deny(known[row.why] ?? .noGrant)
  }

  private func grant(_ row: Table.Grant) throws -> ConsentGrant {
    let categories = Set(try row.categories.map { try #require(Self.codes[$0]) })
    let patient = try #require(people["patient"]).publicKey.keyFingerprint
    return ConsentGrant(
      patient: patient, parent: row.parent.flatMap { grants[$0]?.id },
      signer: try row.grantor.map { try #require(people[$0]).publicKey.keyFingerprint } ?? patient,
      grantee: try #require(people[row.grantee]).publicKey, categories: categories,
      purposes: Set(row.purposes),
      valid: TimeWindow(from: row.validFrom, until: row.validUntil),
      data: TimeWindow(from: row.dataFrom, until: row.dataUntil),
      identity: row.deidentifiedOnly ? .deidentified : .identified,
      delegation: row.delegate ? .init(depth: 1, categories: categories) : nil,
      termsDigest: [UInt8](repeating: 0, count: 32), receipt: [UInt8](repeating: 0, count: 16),
      created: 0)
  }

  private func book() throws -> ConsentBook {
    let patient = try #require(people["patient"])
    var records: [[UInt8]] = []
    for row in table.grants {
      let signer = try #require(people[row.grantor ?? "patient"])
      let grant = try #require(grants[row.id])
      records.append(SignedConsent.sign(.grant(grant), by: signer.signing).bytes)
    }
    for row in table.revocations {
      let revocation = ConsentRevocation(
        patient: patient.publicKey.keyFingerprint, signer: patient.publicKey.keyFingerprint,
        revokes: try #require(grants[row.revokes]).id, at: row.at)
      records.append(SignedConsent.sign(.revocation(revocation), by: patient.signing).bytes)
    }
    return ConsentBook(
      patient: patient.publicKey, records: records.reversed().map { ($0, nil) })
  }

  private func request(_ row: Table.Request) throws -> ConsentRequest {
    ConsentRequest(
      reader: try #require(people[row.reader]).publicKey.keyFingerprint,
      categories: [try #require(Self.codes[row.category])], action: .read, purpose: row.purpose,
      data: TimeWindow(from: row.dataTime, until: row.dataTime + 1),
      identity: row.identified ? .identified : .deidentified)
  }
}
