import FluxgateLedger
import FluxgateSeal
import Foundation
import Testing

@testable import FluxgateVault

/// A reader and a server's check, with the nonces in a temporary file.
private struct Desk {
  let reader: PatientSecret
  let file = FileManager.default.temporaryDirectory.appending(path: "nonces-\(UUID())").path
  static let now: Int64 = 1_800_000_000

  init() throws { reader = try #require(PatientSecret(name: "reader 1")) }

  func check() throws -> RequestCheck {
    RequestCheck(nonces: try NonceBook(path: file, now: Self.now)) { $0 == "vault.example:8443" }
  }

  func remove() { try? FileManager.default.removeItem(atPath: file) }

  func request(
    _ body: [UInt8] = [1, 2, 3], authority: String = "vault.example:8443", at now: Int64 = now
  ) throws -> RequestMessage {
    let fields = try RequestSigner(reader).fields(
      "POST", scheme: "https", authority: authority, path: "/v1/releases", query: "a=1",
      type: "application/cbor", body: body, now: now)
    return RequestMessage(
      method: "POST", scheme: "https", authority: authority, path: "/v1/releases", query: "a=1",
      fields: fields)
  }

  /// The error that the check gives, nil when it accepts.
  func fault(
    _ message: RequestMessage, _ body: [UInt8] = [1, 2, 3], at now: Int64 = now,
    by check: RequestCheck? = nil
  ) throws -> SignatureError? {
    let check = try check ?? self.check()
    do throws(RequestCheck.Failure) {
      let key = try check.reader(of: message, body: body, now: now)
      #expect(key == reader.publicKey)
      return nil
    } catch {
      guard case .signature(let error) = error else { return .malformed("storage") }
      return error
    }
  }
}

extension RequestMessage {
  fileprivate func with(_ name: String, _ change: (String) -> String?) -> RequestMessage {
    var changed = self
    changed.fields = fields.compactMap { field in
      field.name == name ? change(field.value).map { (name, $0) } : field
    }
    return changed
  }
}

@Suite struct RequestCheckTests {
  @Test func acceptsASignedRequestOnce() throws {
    let desk = try Desk()
    defer { desk.remove() }
    let check = try desk.check()
    let message = try desk.request()
    #expect(try desk.fault(message, by: check) == nil)
    #expect(try desk.fault(message, by: check) == .replayed)
    #expect(try desk.fault(try desk.request(), by: check) == nil)
  }

  @Test func aRestartDoesNotForget() throws {
    let desk = try Desk()
    defer { desk.remove() }
    let message = try desk.request()
    #expect(try desk.fault(message, by: try desk.check()) == nil)
    #expect(try desk.fault(message, by: try desk.check()) == .replayed)
    // A record that a kill cut short is not there; the ones before it are.
    let handle = try #require(FileHandle(forWritingAtPath: desk.file))
    try handle.seekToEnd()
    try handle.write(contentsOf: Data([1, 2, 3, 4, 5]))
    try handle.close()
    #expect(try desk.fault(message, by: try desk.check()) == .replayed)
  }

  @Test(arguments: [
    (Int64(-61), SignatureError?.some(.tooEarly)), (-60, nil), (0, nil), (299, nil),
    (300, .tooOld), (100_000, .tooOld),
  ])
  func windowOfTime(age: Int64, error: SignatureError?) throws {
    let desk = try Desk()
    defer { desk.remove() }
    #expect(try desk.fault(try desk.request(at: Desk.now - age)) == error)
  }

  @Test func refusesAnotherServersRequest() throws {
    let desk = try Desk()
    defer { desk.remove() }
    #expect(try desk.fault(try desk.request(authority: "other.example")) == .wrongAuthority)
  }

  @Test func refusesAnotherBody() throws {
    let desk = try Desk()
    defer { desk.remove() }
    #expect(try desk.fault(try desk.request(), [1, 2, 4]) == .wrongDigest)
    #expect(try desk.fault(try desk.request(), []) == .wrongDigest)
  }

  @Test(arguments: ["signature", "signature-input"])
  func refusesAnUnsignedRequest(field: String) throws {
    let desk = try Desk()
    defer { desk.remove() }
    #expect(try desk.fault(try desk.request().with(field) { _ in nil }) == .unsigned)
  }

  @Test func refusesWhatWasChangedOnTheWay() throws {
    let desk = try Desk()
    defer { desk.remove() }
    let message = try desk.request()
    let changes: [(String, (String) -> String?, SignatureError)] = [
      ("content-type", { $0 + "x" }, .badSignature),
      ("content-type", { _ in nil }, .missing(component: "content-type")),
      ("content-digest", { _ in nil }, .missing(component: "content-digest")),
      ("fluxgate-key", { _ in "AAAA" }, .malformed("fluxgate-key")),
      ("fluxgate-key", { _ in nil }, .missing(component: "fluxgate-key")),
      ("signature-input", { $0.replacing("created=18", with: "created=17") }, .tooOld),
      (
        "signature-input", { $0.replacing(" \"content-digest\"", with: "") },
        .notCovered("content-digest")
      ),
      ("signature-input", { $0.replacing(" \"@query\"", with: "") }, .notCovered("@query")),
      (
        "signature-input", { $0.replacing(" \"content-type\"", with: "") },
        .notCovered("content-type")
      ),
      ("signature-input", { $0.replacing("-vault-v1", with: "") }, .notCovered("tag")),
      ("signature-input", { $0.replacing(/;nonce="[^"]*"/, with: "") }, .notCovered("nonce")),
      (
        "signature-input", { $0.replacing(/;nonce="[^"]*"/, with: ";nonce=\"short\"") },
        .notCovered("nonce")
      ),
      ("signature-input", { $0.replacing(/;created=\d+/, with: "") }, .notCovered("created")),
      ("signature-input", { $0 + ";expires=1" }, .tooOld),
      ("signature-input", { $0.replacing(/keyid="../, with: "keyid=\"zz") }, .wrongKey),
      ("signature", { $0.replacing(/=:...../, with: "=:AAAAA") }, .badSignature),
    ]
    for (field, change, error) in changes {
      #expect(try desk.fault(message.with(field, change)) == error, "\(field)")
    }
  }

  @Test func refusesAKeyThatDidNotSign() throws {
    let desk = try Desk()
    defer { desk.remove() }
    let other = try #require(PatientSecret(name: "reader 2")).publicKey
    let message = try desk.request()
      .with("fluxgate-key") { _ in Base64.encode(Array(other.text.utf8)) }
    #expect(try desk.fault(message) == .wrongKey)
    // The key's own name over another's signature.
    let renamed = message.with("signature-input") {
      $0.replacing(desk.reader.fingerprint, with: other.fingerprint)
    }
    #expect(try desk.fault(renamed) == .badSignature)
  }

  @Test func aRefusedRequestUsesUpNoNonce() throws {
    let desk = try Desk()
    defer { desk.remove() }
    let check = try desk.check()
    let message = try desk.request()
    #expect(try desk.fault(message, [9], by: check) == .wrongDigest)
    #expect(try desk.fault(message, by: check) == nil)
  }
}
