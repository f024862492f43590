import Testing

@testable import FluxgateSeal

@Suite struct XAES256GCMTests {
  @Test(.enabled(if: SharedFixtures.exist, "../shared/fixtures is not here"))
  func `the specification's two vectors are met both ways`() throws {
    let file = try #require(SharedFixtures.json("crypto/xaes256gcm.json") as? [String: Any])
    var cipher = XAES256GCM()
    for vector in try #require(file["vectors"] as? [[String: String]]) {
      let key = try #require(DataKey(bytes: hex(vector["K"] ?? "")))
      let nonce = hex(vector["N"] ?? "")
      let aad = hex(vector["aad"] ?? "")
      let plaintext = hex(vector["plaintext"] ?? "")
      var message = aad + plaintext + [UInt8](repeating: 0, count: 16)
      cipher.seal(&message, from: aad.count, nonce: nonce, key: key)
      #expect(message == aad + hex(vector["ciphertext"] ?? ""))
      #expect(cipher.open(&message, from: aad.count, nonce: nonce, key: key))
      #expect(message.starts(with: aad + plaintext))
    }
  }

  @Test(.enabled(if: SharedFixtures.exist, "../shared/fixtures is not here"))
  func `ten thousand random messages add up to the specification's hash`() throws {
    let file = try #require(SharedFixtures.json("crypto/xaes256gcm.json") as? [String: Any])
    let sums = try #require(file["accumulated"] as? [String: String])
    var random = SHAKE128()
    var sum = SHAKE128()
    var cipher = XAES256GCM()
    for _ in 0..<10_000 {
      let key = try #require(DataKey(bytes: random.read(32)))
      let nonce = random.read(24)
      let plaintext = random.read(Int(random.read(1)[0]))
      let aad = random.read(Int(random.read(1)[0]))
      var message = aad + plaintext + [UInt8](repeating: 0, count: 16)
      cipher.seal(&message, from: aad.count, nonce: nonce, key: key)
      sum.absorb(message.dropFirst(aad.count))
    }
    #expect(sum.read(32) == hex(sums["n10000"] ?? ""))
  }

  @Test func `what does not fit its tag is zeroed`() {
    var cipher = XAES256GCM()
    let nonce = [UInt8](repeating: 1, count: 24)
    let key = DataKey()
    var message = [UInt8](repeating: 9, count: 40)
    cipher.seal(&message, from: 4, nonce: nonce, key: key)
    message[20] ^= 1
    #expect(!cipher.open(&message, from: 4, nonce: nonce, key: key))
    #expect(message == [9, 9, 9, 9] + [UInt8](repeating: 0, count: 36))
  }
}
