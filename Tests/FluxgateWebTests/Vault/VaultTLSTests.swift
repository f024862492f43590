import FluxgateLedger
import FluxgateSeal
import Foundation
import Testing

@testable import FluxgateVault
@testable import FluxgateWeb

/// The vault server behind TLS, with a certificate of its own making.
@Suite struct VaultTLSTests {
  let bench: VaultWebBench
  let authority: String
  let certificate: ServerCertificate

  init() throws {
    bench = try VaultWebBench()
    authority = bench.root + "/certificate.pem"
    let key = bench.root + "/key.pem"
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments =
      ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
      + ["-nodes", "-days", "2", "-subj", "/CN=vault", "-addext", "subjectAltName=IP:127.0.0.1"]
      + ["-keyout", key, "-out", authority]
    process.standardError = Pipe()
    try process.run()
    process.waitUntilExit()
    certificate = try ServerCertificate(chainFile: authority, keyFile: key)
  }

  private func remote(_ url: String, trusting authority: String?) throws -> RemoteVault {
    try RemoteVault(url, secret: bench.patient, authority: authority, timeout: patience)
  }

  @Test func `readers who trust its certificate are served, others send nothing`() async throws {
    try await serving(try bench.server(certificate).run) { port in
      let url = "https://127.0.0.1:\(port)"
      let consents = try await remote(url, trusting: authority).consents()
      #expect(consents.isEmpty)
      let refused = await #expect(throws: RemoteError.self) {
        try await remote(url, trusting: nil).consents()
      }
      guard case .exchange(.untrusted) = refused else {
        Issue.record("\(String(describing: refused))")
        return
      }
      await #expect(throws: RemoteError.self) {
        try await remote("http://127.0.0.1:\(port)", trusting: nil).consents()
      }
    }
  }

  @Test func `a name of its own is the only one it goes by`() async throws {
    let server = try bench.server(certificate, names: ["vault.example"])
    try await serving(server.run) { port in
      let error = await #expect(throws: RemoteError.self) {
        try await remote("https://127.0.0.1:\(port)", trusting: authority).consents()
      }
      guard case .status(401, "signature: wrongAuthority") = error else {
        Issue.record("\(String(describing: error))")
        return
      }
    }
  }
}
