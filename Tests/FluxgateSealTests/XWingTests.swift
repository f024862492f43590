import Foundation
import Testing

@testable import FluxgateSeal

@Suite(.enabled(if: SharedFixtures.exist, "../shared/fixtures is not here"))
struct XWingTests {
  @Test func `a seed gives the public key of the draft's vectors`() throws {
    let file = try SharedFixtures.json("crypto/hpke/xwing_kem.json")
    for vector in try #require(file as? [[String: String]]) {
      let seed = try #require(DataKey(bytes: hex(vector["seed"] ?? "")))
      #expect(XWing.publicKey(seed: seed) == hex(vector["pk"] ?? ""))
    }
  }

  @Test func `messages of another implementation open`() throws {
    let file = try SharedFixtures.json("crypto/hpke/capsules_xwing_aes256gcm.json")
    let vectors = try #require((file as? [String: Any])?["vectors"] as? [[String: String]])
    var count = 0
    for vector in vectors where vector["kem"]?.hasPrefix("0x647a") == true {
      let seed = try #require(DataKey(bytes: hex(vector["seed"] ?? "")))
      let field = { (name: String) in hex(vector[name] ?? "") }
      #expect(XWing.publicKey(seed: seed) == field("public_key"))
      let open = { (info: [UInt8]) in
        XWing.open(field("ct"), encapsulated: field("enc"), seed: seed, info: info) { Array($0) }
      }
      #expect(open(field("info")) == field("pt"))
      #expect(open(field("info") + [0]) == nil)
      count += 1
    }
    #expect(count == 5)
  }

  @Test func `what is sealed opens with that seed and no other`() {
    let (seed, other) = (DataKey(), DataKey())
    let sealed = XWing.seal([1, 2, 3], to: XWing.publicKey(seed: seed), info: [4])
    #expect(sealed.encapsulated.count == XWing.encapsulatedLength)
    let open = { (seed: DataKey) in
      XWing.open(
        sealed.ciphertext, encapsulated: sealed.encapsulated, seed: seed, info: [4]
      ) { Array($0) }
    }
    #expect(open(seed) == [1, 2, 3])
    #expect(open(other) == nil)
  }
}
