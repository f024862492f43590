import FluxgateLedger
import FluxgateSeal
import Testing

@testable import FluxgateVault

/// RFC 9421's own key, messages and signatures (appendix B.1.4, B.2, B.2.6, B.4).
enum RFC9421 {
  static let key = SigningKey(
    seed: Base64.decode("n4Ni+HpISpVObnQMW0wOhCKROaIKqKtW/2ZYb2p9KcU=") ?? [])
  static let publicKey = VerifyingKey(text: "JrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=")

  static let request = RequestMessage(
    method: "POST", scheme: "https", authority: "example.com", path: "/foo",
    query: "param=Value&Pet=dog",
    fields: [
      ("host", "example.com"), ("date", "Tue, 20 Apr 2021 02:07:55 GMT"),
      ("content-type", "application/json"), ("content-length", "18"),
    ])
  static let input =
    "sig-b26=(\"date\" \"@method\" \"@path\" \"@authority\" \"content-type\" \"content-length\")"
    + ";created=1618884473;keyid=\"test-key-ed25519\""
  static let signature =
    "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpB"
    + "KRCw==:"

  static let transformed =
    "transform=(\"@method\" \"@path\" \"@authority\" \"accept\");created=1618884473"
    + ";keyid=\"test-key-ed25519\""
  static let transformedSignature =
    "transform=:ZT1kooQsEHpZ0I1IjCqtQppOmIqlJPeo7DHR3SoMn0s5JZ1eRGS0A+vyYP9t/LXlh5QMFFQ6cpLt2m0p"
    + "mj3NDA==:"

  static func get(
    _ path: String = "/demo", query: String? = "name1=Value1&Name2=value2",
    authority: String = "example.org", method: String = "GET",
    accept: [String] = ["application/json", "*/*"]
  ) -> RequestMessage {
    RequestMessage(
      method: method, scheme: "https", authority: authority, path: path, query: query,
      fields: accept.map { ("accept", $0) })
  }
}

@Suite struct MessageSignatureTests {
  @Test func signsAsTheStandardDoes() throws {
    let made = try MessageSignature(
      signing: RFC9421.request,
      components: ["date", "@method", "@path", "@authority", "content-type", "content-length"],
      created: 1_618_884_473, keyID: "test-key-ed25519", label: "sig-b26",
      by: try #require(RFC9421.key))
    #expect(made.inputField == RFC9421.input)
    #expect(made.signatureField == RFC9421.signature)
  }

  @Test func verifiesTheStandardsSignature() throws {
    let read = try MessageSignature(input: RFC9421.input, signature: RFC9421.signature)
    #expect(read.created == 1_618_884_473)
    #expect(read.keyID == "test-key-ed25519")
    try read.check(RFC9421.request, by: try #require(RFC9421.publicKey))
  }

  /// Appendix B.4: what an intermediary may do to the message, and what it may not.
  @Test(arguments: [
    RFC9421.get(), RFC9421.get(query: "name1=Value1&Name2=value2&param=added"),
    RFC9421.get(authority: "EXAMPLE.org"), RFC9421.get(authority: "example.org:443"),
    RFC9421.get(accept: ["application/json, */*"]),
    RFC9421.get(accept: [" application/json\t", "*/*  "]),
  ])
  func allowsTheStandardsTransformations(message: RequestMessage) throws {
    try transformed().check(message, by: try #require(RFC9421.publicKey))
  }

  @Test(arguments: [
    RFC9421.get("/changed"), RFC9421.get(authority: "example.com"), RFC9421.get(method: "POST"),
    RFC9421.get(accept: ["*/*", "application/json"]), RFC9421.get(accept: ["application/json"]),
    RFC9421.get(accept: ["application/json,  */*"]), RFC9421.get(authority: "example.org:80"),
  ])
  func refusesTheStandardsOtherTransformations(message: RequestMessage) throws {
    #expect(throws: SignatureError.badSignature) {
      try transformed().check(message, by: try #require(RFC9421.publicKey))
    }
  }

  @Test func refusesAMessageWithoutACoveredField() throws {
    #expect(throws: SignatureError.missing(component: "accept")) {
      try transformed().check(RFC9421.get(accept: []), by: try #require(RFC9421.publicKey))
    }
  }

  private func transformed() throws -> MessageSignature {
    try MessageSignature(input: RFC9421.transformed, signature: RFC9421.transformedSignature)
  }

  @Test(arguments: [
    ("a=(\"@path\");created=1", "b=\(Self.zeros)", SignatureError.malformed("signature")),
    ("a=(\"@path\"), b=(\"@path\")", "a=\(Self.zeros)", .unsigned),
    ("", "a=\(Self.zeros)", .unsigned),
    ("a=\"@path\"", "a=\(Self.zeros)", .malformed("signature-input")),
    ("a=(\"@path\")", "a=:AAAA:", .malformed("signature")),
    ("a=(\"@path\" \"@path\")", "a=\(Self.zeros)", .malformed("@path is covered twice")),
    ("a=(\"Date\")", "a=\(Self.zeros)", .malformed("a component's name")),
    ("a=(date)", "a=\(Self.zeros)", .malformed("a component's name")),
    ("a=(\"date\";bs)", "a=\(Self.zeros)", .unsupported("component parameters")),
    (
      "a=(\"@query-param\";name=\"x\")", "a=\(Self.zeros)", .unsupported("component parameters")
    ),
    ("a=(\"@path\");created=\"1\"", "a=\(Self.zeros)", .malformed("created")),
    ("a=(\"@path\");keyid=1", "a=\(Self.zeros)", .malformed("keyid")),
    ("a=(\"@path\");alg=\"rsa-pss-sha512\"", "a=\(Self.zeros)", .wrongAlgorithm),
    ("a=(\"@path\");alg=ed25519", "a=\(Self.zeros)", .malformed("alg")),
    ("a=(\"@path\");mood=1", "a=\(Self.zeros)", .unsupported("parameter mood")),
    ("a=(\"@path\");created=1;created=2", "a=\(Self.zeros)", .malformed("created occurs twice")),
  ])
  func refusesMalformedFields(input: String, signature: String, error: SignatureError) {
    #expect(throws: error) { try MessageSignature(input: input, signature: signature) }
  }

  static let zeros = ":" + Base64.encode([UInt8](repeating: 0, count: 64)) + ":"

  @Test func refusesAnUnknownDerivedComponent() throws {
    let read = try MessageSignature(input: "a=(\"@status\")", signature: "a=\(Self.zeros)")
    #expect(throws: SignatureError.unsupported("component @status")) {
      try read.check(RFC9421.request, by: try #require(RFC9421.publicKey))
    }
  }

  @Test(arguments: [
    ("@method", "POST"), ("@scheme", "https"), ("@authority", "example.com"), ("@path", "/foo"),
    ("@query", "?param=Value&Pet=dog"), ("@request-target", "/foo?param=Value&Pet=dog"),
    ("@target-uri", "https://example.com/foo?param=Value&Pet=dog"), ("content-length", "18"),
  ])
  func derivesComponents(name: String, value: String) throws {
    #expect(try RFC9421.request.component(name) == value)
  }

  @Test func anAbsentQueryIsAQuestionMark() throws {
    #expect(try RFC9421.get(query: nil).component("@query") == "?")
    #expect(try RFC9421.get(query: "").component("@query") == "?")
    #expect(try RFC9421.get("", query: nil).component("@path") == "/")
  }
}
