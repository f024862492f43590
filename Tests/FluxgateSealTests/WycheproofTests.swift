import Foundation
import Testing

@testable import FluxgateSeal

/// Project Wycheproof's cases, as far as the module's interface reaches.
@Suite(.enabled(if: SharedFixtures.exist, "../shared/fixtures is not here"))
struct WycheproofTests {
  private typealias Fields = [String: Any]

  private func groups(_ name: String) throws -> [Fields] {
    let file = try #require(SharedFixtures.json("crypto/wycheproof/\(name)") as? Fields)
    return try #require(file["testGroups"] as? [Fields])
  }

  private func tests(_ group: Fields) throws -> [Fields] {
    try #require(group["tests"] as? [Fields])
  }

  private func bytes(_ fields: Fields, _ name: String) -> [UInt8] {
    hex(fields[name] as? String ?? "")
  }

  @Test func `AES-256-GCM with 96-bit nonces`() throws {
    var cipher = AES256GCM()
    var count = 0
    for group in try groups("aes_gcm_test.json")
    where group["keySize"] as? Int == 256 && group["ivSize"] as? Int == 96
      && group["tagSize"] as? Int == 128
    {
      for test in try tests(group) {
        let key = try #require(DataKey(bytes: bytes(test, "key")))
        let (nonce, aad) = (bytes(test, "iv"), bytes(test, "aad"))
        var message = aad + bytes(test, "ct") + bytes(test, "tag")
        let sealed = message
        let isValid = test["result"] as? String == "valid"
        #expect(cipher.open(&message, from: aad.count, nonce: nonce, key: key) == isValid)
        guard isValid else { continue }
        count += 1
        #expect(message.starts(with: aad + bytes(test, "msg")))
        cipher.seal(&message, from: aad.count, nonce: nonce, key: key)
        #expect(message == sealed)
      }
    }
    #expect(count > 20)
  }

  @Test func `Ed25519 signatures`() throws {
    var refused = 0
    for group in try groups("ed25519_test.json") {
      let fields = try #require(group["publicKey"] as? Fields)
      let key = try #require(VerifyingKey(bytes: bytes(fields, "pk")))
      for test in try tests(group) {
        let isValid = test["result"] as? String == "valid"
        #expect(key.verifies(bytes(test, "sig"), over: bytes(test, "msg")) == isValid)
        refused += isValid ? 0 : 1
      }
    }
    #expect(refused > 20)
  }

  @Test func `HMAC-SHA256 with 256-bit keys`() throws {
    var count = 0
    for group in try groups("hmac_sha256_test.json") where group["keySize"] as? Int == 256 {
      for test in try tests(group) {
        let key = try #require(DataKey(bytes: bytes(test, "key")))
        let tag = bytes(test, "tag")
        let code = KeyDerivation.code(bytes(test, "msg"), key: key).prefix(tag.count)
        #expect((Array(code) == tag) == (test["result"] as? String == "valid"))
        count += 1
      }
    }
    #expect(count > 20)
  }

  @Test func `HKDF-SHA256 without a salt`() throws {
    var count = 0
    for group in try groups("hkdf_sha256_test.json") {
      for test in try tests(group)
      where bytes(test, "salt").isEmpty && test["result"] as? String == "valid" {
        let size = try #require(test["size"] as? Int)
        let derived = KeyDerivation.derive(
          from: .init(data: bytes(test, "ikm")), info: bytes(test, "info"), count: size)
        #expect(derived.withUnsafeBytes { Array($0) } == bytes(test, "okm"))
        count += 1
      }
    }
    #expect(count > 5)
  }
}
