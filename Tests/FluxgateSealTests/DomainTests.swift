import Testing

@testable import FluxgateSeal

@Suite struct DomainTests {
  @Test func `a signature holds in its own domain only`() {
    let key = SigningKey()
    let signature = key.sign(domain: "fluxgate/v1/a", [1, 2])
    #expect(key.publicKey.verifies(signature, domain: "fluxgate/v1/a", over: [1, 2]))
    #expect(!key.publicKey.verifies(signature, domain: "fluxgate/v1/b", over: [1, 2]))
    #expect(!key.publicKey.verifies(signature, domain: "fluxgate/v1/a", over: [1, 3]))
    #expect(!key.publicKey.verifies(signature, over: [1, 2]))
    #expect(key.publicKey.verifies(signature, over: Array("fluxgate/v1/a".utf8) + [0, 1, 2]))
  }
}
