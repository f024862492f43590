import Testing

@testable import FluxgateVault

/// The digests of RFC 9530 appendix B.1 and B.2: the body ends in a line feed.
@Suite struct ContentDigestTests {
  static let body = Array("{\"hello\": \"world\"}\n".utf8)
  static let value = "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:"

  @Test func makesTheStandardsDigest() {
    #expect(ContentDigest.value(of: Self.body) == Self.value)
  }

  @Test(arguments: [value, "md5=:AAAA:, \(value)", "\(value), unixsum=x"])
  func accepts(value: String) throws { try ContentDigest.check(value, of: Self.body) }

  @Test(arguments: [
    (value, Array(body.dropLast()), SignatureError.wrongDigest),
    (value, [], .wrongDigest),
    ("sha-512=:AAAA:", body, .unsupported("a content digest without sha-256")),
    ("", body, .unsupported("a content digest without sha-256")),
    ("sha-256=:AAAA:", body, .malformed("content-digest")),
    ("sha-256=\"RK/0\"", body, .malformed("content-digest")),
    ("sha-256=(:AAAA:)", body, .malformed("content-digest")),
    ("sha-256=RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=", body, .malformed("a dictionary")),
    ("\(value), \(value)", body, .malformed("sha-256 occurs twice")),
  ])
  func refuses(value: String, body: [UInt8], error: SignatureError) {
    #expect(throws: error) { try ContentDigest.check(value, of: body) }
  }
}
