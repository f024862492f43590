import Testing

@testable import FluxgateSeal

@Suite struct GatewayIdentityTests {
  @Test func `the file brings back both keys and the log's name`() throws {
    let gateway = try #require(GatewayIdentity(logName: "lab.example/gateway-1"))
    let back = try GatewayIdentity(text: gateway.text)
    #expect(back.identity.seed == gateway.identity.seed && back.log.seed == gateway.log.seed)
    #expect(back.logName == gateway.logName && back.logVerifierKey == gateway.logVerifierKey)
    #expect(gateway.publicKey != gateway.log.publicKey)
  }

  @Test(arguments: ["", "a b", "a+b", "a\nb", "ä", String(repeating: "x", count: 101)])
  func `a name that no signed note can hold is refused`(name: String) {
    #expect(GatewayIdentity(logName: name) == nil)
  }

  @Test func `the verifier key is the one of the signed-note specification`() throws {
    // From the documentation of golang.org/x/mod/sumdb/note.
    let typed = try #require(Base64.decode("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"))
    let id = SHA256.digest(Array("PeterNeumann".utf8) + [10] + typed).prefix(4)
    #expect(Hexadecimal.encode(Array(id)) == "c74f20a3")
    let log = try #require(SigningKey(seed: [UInt8](0..<32)))
    let gateway = try #require(GatewayIdentity(identity: SigningKey(), log: log, logName: "a.b/c"))
    let parts = gateway.logVerifierKey.split(separator: "+", maxSplits: 2)
    #expect(parts[0] == "a.b/c" && Base64.decode(String(parts[2])) == [1] + log.publicKey.bytes)
  }

  @Test func `a gateway's key has a text form for the command line`() throws {
    let key = SigningKey().publicKey
    #expect(VerifyingKey(text: key.text) == key)
    #expect(VerifyingKey(text: key.text + " ") == nil && VerifyingKey(text: "AAAA") == nil)
  }
}
