import FluxgateConsent
import FluxgateLedger
import FluxgateRecording
import FluxgateSeal
import Foundation
import Testing

@testable import FluxgateVault
@testable import FluxgateWeb

/// A real server on loopback, asked by readers.
@Suite struct VaultServerTests {
  let bench: VaultWebBench

  init() throws { bench = try VaultWebBench() }

  /// How the server refuses, in a few words.
  private func refusal(_ body: () async throws -> Void) async -> String? {
    do {
      try await body()
      return nil
    } catch RemoteError.refused(let reason, _) {
      return reason
    } catch RemoteError.status(let status, let word) {
      return "\(status) \(word)"
    } catch RemoteError.busy {
      return "busy"
    } catch {
      return "\(error)"
    }
  }

  @Test func `a grantee fetches the granted category, and it opens`() async throws {
    try await serving(try bench.server().run) { port in
      let patient = try bench.remote(port, bench.patient)
      let grant = bench.grant()
      let receipt = try await patient.submit(consent: bench.sign(grant))
      #expect(receipt.consent == grant.id)
      #expect(receipt.record?.record.kind == .consentGranted)

      let reader = try bench.remote(port, bench.cardiologist)
      #expect(try await reader.consents() == [bench.sign(grant)])
      let release = try await reader.release(try bench.request())
      #expect(release.consent == grant.id)
      let out = bench.root + "/out"
      let fetched = try await reader.fetch(
        release, into: out, patient: bench.patient.publicKey)
      #expect(fetched.count == 1)
      #expect(fetched[0].verification.status == .intact)
      #expect(fetched[0].verification.part?.categories == [VaultWebBench.cardiac])
      let opened = try RecordingReader(
        opening: RecordingFolder(fetched[0].path), secret: bench.cardiologist,
        patient: bench.patient.publicKey)
      var rows = 0
      try opened.forEachChunk(of: 1) { rows += $0.rowCount }
      #expect(rows == 100)
      #expect(opened.lockedEpochs(of: VaultWebBench.glucose) == [1, 2])
    }
  }

  @Test func `an interrupted fetch goes on, and throws away what is damaged`() async throws {
    try await serving(try bench.server().run) { port in
      let patient = try bench.remote(port, bench.patient)
      let release = try await patient.release(try bench.request([1, 3]))
      let first = try await patient.fetch(
        release, into: bench.root + "/out", patient: bench.patient.publicKey)
      #expect(first[0].alreadyThereCount == 0)
      // As if it had been interrupted: one file lacks its end, another has a wrong byte.
      let part = first[0].path + ".part"
      try FileManager.default.moveItem(atPath: first[0].path, toPath: part)
      let segment = part + "/segments/00000001.h5"
      let whole = try Data(contentsOf: URL(fileURLWithPath: segment))
      try FileManager.default.removeItem(atPath: segment)
      try whole.prefix(100).write(to: URL(fileURLWithPath: segment + ".incoming"))
      var salt = try Data(contentsOf: URL(fileURLWithPath: part + "/salt"))
      salt[3] ^= 1
      try salt.write(to: URL(fileURLWithPath: part + "/salt"))

      let again = try await patient.fetch(
        try await patient.release(try bench.request([1, 3])), into: bench.root + "/out",
        patient: bench.patient.publicKey)
      // A segment and the salt; proofs, which may have gained cosignatures, come again.
      #expect(again[0].fetchedCount == 4)
      #expect(
        try Data(contentsOf: URL(fileURLWithPath: again[0].path + "/segments/00000001.h5"))
          == whole)
      // What is there already is verified once more, and nothing comes again.
      let third = try await patient.fetch(
        release, into: bench.root + "/out", patient: bench.patient.publicKey)
      #expect(third[0].fetchedCount == 0)
      #expect(third[0].verification.status == .intact)
    }
  }

  @Test func `a finished folder that holds something else is refused and stays`() async throws {
    try await serving(try bench.server().run) { port in
      let patient = try bench.remote(port, bench.patient)
      let key = bench.patient.publicKey
      let fetch = { (release: Release) in
        try await patient.fetch(release, into: bench.root + "/out", patient: key)
      }
      let cardiac = try await patient.release(try bench.request([1]))
      let folder = try await fetch(cardiac)[0].path
      // Of another request, which has files that are not there.
      let both = try await patient.release(try bench.request([1, 3]))
      #expect(await refusal { _ = try await fetch(both) }?.contains("exists") == true)
      // Of the same request, with a byte changed: in what has a digest, and in a part of a segment.
      for (file, word) in [("/salt", "exists"), ("/segments/00000001.h5", "notVerified")] {
        let place = URL(fileURLWithPath: folder + file)
        let whole = try Data(contentsOf: place)
        var changed = whole
        changed[changed.count / 2] ^= 1
        try changed.write(to: place)
        let said = await refusal { _ = try await fetch(cardiac) }
        #expect(said?.contains(word) == true, "\(file) \(said ?? "accepted")")
        #expect(try Data(contentsOf: place) == changed)
        try whole.write(to: place)
      }
      #expect(try await fetch(cardiac)[0].fetchedCount == 0)
    }
  }

  @Test(arguments: [
    "http://vault.example", "http://192.0.2.1:8080", "http://127.evil.example", "http://127.1",
    "http://127.0.0.1.evil.example", "http://127.0.0.256", "http://[::2]:80", "http://localhost.x",
    "http://[::1].x", "http://10.0.0.1/",
  ])
  func `without TLS nothing is sent to another machine`(url: String) {
    let error = #expect(throws: RemoteError.self) { try RemoteVault(url, secret: bench.patient) }
    guard case .unprotected(url) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test(arguments: [
    "http://127.0.0.1", "http://127.9.8.7:80", "http://localhost:8080/", "http://[::1]:80",
    "http://[::1]", "https://vault.example", "https://192.0.2.1:8443",
  ])
  func `this machine's own server needs no TLS`(url: String) throws {
    _ = try RemoteVault(url, secret: bench.patient)
  }

  @Test func `parts of another request are not taken for this one's`() async throws {
    try await serving(try bench.server().run) { port in
      let patient = try bench.remote(port, bench.patient)
      let out = bench.root + "/out"
      let cardiac = try await patient.fetch(
        try await patient.release(try bench.request([1])), into: out,
        patient: bench.patient.publicKey)
      try FileManager.default.moveItem(
        atPath: cardiac[0].path, toPath: cardiac[0].path + ".part")
      let glucose = try await patient.fetch(
        try await patient.release(try bench.request([3])), into: out,
        patient: bench.patient.publicKey)
      #expect(glucose[0].verification.status == .intact)
      #expect(glucose[0].verification.part?.categories == [3])
    }
  }

  @Test func `what no grant covers is refused, and each refusal is an entry`() async throws {
    try await serving(try bench.server().run) { port in
      let patient = try bench.remote(port, bench.patient)
      let grant = bench.grant()
      _ = try await patient.submit(consent: bench.sign(grant))
      let reader = try bench.remote(port, bench.cardiologist)
      let stranger = try bench.remote(port, bench.stranger)
      let open = try await reader.release(try bench.request())
      #expect(await refusal { _ = try await reader.release(try bench.request([3])) } == "category")
      #expect(await refusal { _ = try await stranger.release(try bench.request()) } == "grantee")
      // Nobody else fetches what was released to the reader.
      #expect(
        await refusal {
          _ = try await stranger.fetch(
            open, into: bench.root + "/out", patient: bench.patient.publicKey)
        } == "404 unknown")
      _ = try await patient.submit(consent: bench.revocation(of: grant))
      #expect(
        await refusal {
          _ = try await reader.fetch(
            open, into: bench.root + "/out", patient: bench.patient.publicKey)
        } == "revoked")
      let page = try await patient.trail(from: 0)
      let kinds = page.records.compactMap {
        SaltedRecord(opening: $0.sealed, with: bench.patient)?.record.kind
      }
      #expect(
        kinds == [.consentGranted, .released, .refused, .refused, .consentRevoked, .refused])
    }
  }

  @Test func `the patient reads the trail over HTTP, and nobody else`() async throws {
    try await serving(try bench.server().run) { port in
      let patient = try bench.remote(port, bench.patient)
      _ = try await patient.submit(consent: bench.sign(bench.grant()))
      let log = try await patient.ledgerKey()
      let older = try await patient.checkpoint()
      let reader = try bench.remote(port, bench.cardiologist)
      _ = try await reader.release(try bench.request())
      let report = try await Trail.read(
        .remote(patient), log: log, secret: bench.patient, since: [older])
      #expect(report.findings.isEmpty, "\(report.findings)")
      #expect(report.comparedSize == 1)
      #expect(report.checkpoint?.size == 2)
      #expect(await refusal { _ = try await reader.trail(from: 0) } == "403 not-permitted")
    }
  }

  @Test func `anybody reads the log's files and no others`() async throws {
    try await serving(try bench.server().run) { port in
      let patient = try bench.remote(port, bench.patient)
      _ = try await patient.submit(consent: bench.sign(bench.grant()))
      let exchange = HTTPExchange(timeout: patience)
      let base = "http://127.0.0.1:\(port)/v1"
      for path in ["/ledger/key", "/ledger/checkpoint", "/ledger/tile/0/000.p/1"] {
        #expect(try await exchange.send("GET", base + path, limit: 10_000).status == 200)
      }
      for path in [
        "/ledger/../vault.key", "/ledger/tile/0/000.p/2", "/ledger/tile/0/%2e%2e", "/ledger/lock",
        "/ledger/", "/ledger", "/ledger/tile/0/../../lock",
      ] {
        #expect(try await exchange.send("GET", base + path, limit: 10_000).status == 404, "\(path)")
      }
      #expect(try await exchange.send("POST", base + "/ledger/key", limit: 10_000).status == 405)
    }
  }

  @Test func `unsigned, replayed and misdirected requests are refused`() async throws {
    try await serving(try bench.server().run) { port in
      let exchange = HTTPExchange(timeout: patience)
      let url = "http://127.0.0.1:\(port)/v1/consents"
      let send = { (fields: [(String, String)]) in
        let answer = try await exchange.send("GET", url, headers: fields, limit: 10_000)
        return (answer.status, ErrorMessage(encoded: answer.body)?.detail)
      }
      #expect(try await send([]) == (401, "unsigned"))
      let signer = RequestSigner(bench.cardiologist)
      let fields = { (authority: String, path: String) in
        try signer.fields(
          "GET", scheme: "http", authority: authority, path: path, body: [],
          now: WallClock.seconds
        ).map { ($0.name, $0.value) }
      }
      let good = try fields("127.0.0.1:\(port)", "/v1/consents")
      #expect(try await send(good).0 == 200)
      #expect(try await send(good) == (401, "replayed"))
      #expect(try await send(fields("127.0.0.1:\(port)", "/v1/trail")) == (401, "badSignature"))
      // Signed for another server: the Host field decides, not the address.
      let other = try fields("other.example", "/v1/consents")
      #expect(
        try await send(other + [("host", "other.example")]) == (401, "wrongAuthority"))
      let late = try signer.fields(
        "GET", scheme: "http", authority: "127.0.0.1:\(port)", path: "/v1/consents", body: [],
        now: WallClock.seconds - 301
      ).map { ($0.name, $0.value) }
      #expect(try await send(late) == (401, "tooOld"))
    }
  }

  @Test func `a restart does not let a replay in`() async throws {
    let fields =
      try RequestSigner(bench.cardiologist).fields(
        "GET", scheme: "http", authority: "vault.example", path: "/v1/consents", body: [],
        now: WallClock.seconds
      ).map { ($0.name, $0.value) } + [("host", "vault.example")]
    for status in [200, 401] {
      let server = try bench.server(names: ["vault.example"])
      try await serving(server.run) { port in
        let url = "http://127.0.0.1:\(port)/v1/consents"
        let answer = try await HTTPExchange(timeout: patience)
          .send("GET", url, headers: fields, limit: 10_000)
        #expect(answer.status == status)
      }
    }
  }

  @Test func `requests that are none are refused`() async throws {
    try await serving(try bench.server().run) { port in
      let reader = try bench.remote(port, bench.cardiologist)
      let asked: [(String, String, [UInt8], String)] = [
        ("POST", "/v1/releases", [], "400 malformed: message"),
        ("POST", "/v1/releases", [0xA0], "400 malformed: message"),
        ("POST", "/v1/releases", try bench.request().encoded + [0], "400 malformed: message"),
        ("POST", "/v1/consents", [1, 2, 3], "400 malformed: signed record"),
        ("GET", "/v1/trail", [], "403 not-permitted"),
        ("DELETE", "/v1/consents", [], "405 method"),
        ("GET", "/v1/nothing", [], "404 unknown"),
        ("GET", "/v1/releases/00/00/x", [], "404 unknown"),
        ("PUT", "/v1/capsules/xx/name", [1], "404 unknown"),
        ("PUT", "/v1/capsules/\(String(repeating: "0", count: 32))/x", [1], "403 not-permitted"),
      ]
      for (method, path, body, expected) in asked {
        let refused = await refusal { _ = try await reader.ask(method, path, body: body) }
        #expect(refused == expected, "\(method) \(path)")
      }
      let patient = try bench.remote(port, bench.patient)
      #expect(
        await refusal { _ = try await patient.ask("GET", "/v1/trail", query: "from=-1") }
          == "400 malformed: from")
    }
  }

  @Test func `strangers share one small allowance, and leave no entry past it`() async throws {
    try await serving(try bench.server().run) { port in
      let exchange = HTTPExchange(timeout: patience)
      let body = try bench.request().encoded
      var statuses: [Int: Int] = [:]
      let start = ContinuousClock.now
      for number in 0..<30 {
        let stranger = try required(PatientSecret(name: "stranger \(number)"))
        let fields = try RequestSigner(stranger).fields(
          "POST", scheme: "http", authority: "127.0.0.1:\(port)", path: "/v1/releases",
          type: "application/cbor", body: body, now: WallClock.seconds
        ).map { ($0.name, $0.value) }
        let answer = try await exchange.send(
          "POST", "http://127.0.0.1:\(port)/v1/releases", headers: fields, body: body,
          limit: 10_000)
        statuses[answer.status, default: 0] += 1
      }
      // 20 at once, and one more each ten seconds, however long it took.
      let tens = Int((ContinuousClock.now - start).components.seconds) / 10
      #expect(statuses[403, default: 0] <= 20 + tens + 1)
      #expect(statuses.keys.allSatisfy { [403, 429].contains($0) })
      let patient = try bench.remote(port, bench.patient)
      #expect(try await patient.trail(from: 0).size == UInt64(statuses[403, default: 0]))
    }
  }
}
