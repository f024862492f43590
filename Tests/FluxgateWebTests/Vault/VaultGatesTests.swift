import FluxgateConsent
import FluxgateSeal
import Foundation
import Synchronization
import Testing

@testable import FluxgateVault
@testable import FluxgateWeb

/// What one key may take of a vault server.
@Suite struct VaultGatesTests {
  private let keys = ["a", "b"].compactMap { PatientSecret(name: $0)?.publicKey.keyFingerprint }

  @Test func `so many objects at once for each key, and more with time`() {
    let gates = VaultGates()
    let start = ContinuousClock.now
    let passed = (0..<2000).count { _ in gates.object(keys[0]) == nil }
    let duration = (ContinuousClock.now - start).components
    let most = 400 + 200 * (Double(duration.seconds) + Double(duration.attoseconds) * 1e-18) + 1
    #expect((400...max(400, Int(most))).contains(passed))
    #expect(gates.object(keys[1]) == nil)
  }

  @Test func `so many requests of one key in progress, and those of others beside them`() {
    let gates = VaultGates()
    var deepest = 0
    func dig(_ depth: Int) -> WebAnswer {
      gates.oneOfFew(keys[0]) {
        deepest = max(deepest, depth)
        return dig(depth + 1)
      }
    }
    #expect(dig(1).status == 429)
    #expect(deepest == VaultGates.waitingMax)
    // Each that ends makes room.
    deepest = 0
    _ = dig(1)
    #expect(deepest == VaultGates.waitingMax)
    let inside = gates.oneOfFew(keys[0]) { gates.oneOfFew(keys[1]) { .text(200, "") } }
    #expect(inside.status == 200)
  }
}

/// The same, where requests are answered.
@Suite struct VaultDeskTests {
  private let bench: VaultWebBench
  private let service: VaultService
  private let desk: VaultDesk

  init() throws {
    bench = try VaultWebBench()
    service = try VaultService(
      vault: try DirectoryVault(bench.root + "/vault"), home: bench.home,
      patient: bench.patient.publicKey)
    let nonces = try NonceBook(path: bench.home.path + "/nonces", now: WallClock.seconds)
    desk = VaultDesk(
      service: service, home: bench.home, check: RequestCheck(nonces: nonces) { _ in true },
      scheme: "http")
  }

  private func request(_ path: String) throws -> WebRequest {
    let fields = try RequestSigner(bench.patient).fields(
      "GET", scheme: "http", authority: "vault.example", path: path, body: [],
      now: WallClock.seconds)
    return WebRequest(
      method: "GET", path: path, query: nil, authority: "vault.example",
      headers: fields.map { ($0.name, $0.value) }, body: [], address: "")
  }

  /// While a decision takes its time.
  @Test func `requests past what may wait are answered at once`() async throws {
    let excess = 4
    let requests = try (0..<VaultGates.waitingMax + excess).map { _ in
      try request("/v1/consents")
    }
    let statuses = await BlockingWork.run { [service, desk] in
      let answers = Mutex<[Int]>([])
      service.state.withLock { _ in
        for request in requests {
          Thread.detachNewThread {
            let status = desk.answer(request).status
            answers.withLock { $0.append(status) }
          }
        }
        Self.wait { answers.withLock { $0.count } == excess }
      }
      let atOnce = answers.withLock { $0 }
      Self.wait { answers.withLock { $0.count } == requests.count }
      return (atOnce, answers.withLock { $0.dropFirst(atOnce.count).map(\.self) })
    }
    #expect(statuses.0 == [429, 429, 429, 429])
    #expect(statuses.1 == [Int](repeating: 200, count: VaultGates.waitingMax))
  }

  @Test func `objects past the rate are told when to come back`() async throws {
    let release = try service.release(try bench.request(), by: bench.patient.publicKey)
    let id = release.id.map { String(format: "%02x", $0) }.joined()
    let path = "/v1/releases/\(id)/\(release.objects[0].name)"
    #expect(desk.answer(try request(path)).status == 200)
    // Allowance comes back while the request is looked at: so more than one is tried.
    var answer = WebAnswer.text(200, "")
    for _ in 0..<1000 where answer.status == 200 {
      while desk.gates.object(bench.patient.publicKey.keyFingerprint) == nil {}
      answer = desk.answer(try request(path))
    }
    #expect(answer.status == 429)
    #expect(answer.headers.contains { $0.name == "retry-after" && $0.value == "1" })
  }

  private static func wait(until isTrue: () -> Bool) {
    let end = Date(timeIntervalSinceNow: Double(patience))
    while !isTrue(), Date() < end { usleep(1000) }
  }
}
