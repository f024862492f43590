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

  @Test func `a key that nothing can be sealed to is no key`() throws {
    let good = try #require(PatientSecret(name: "sample")).publicKey.kem
    #expect(XWing.isPublicKey(good))
    // Numbers of 4095 where ML-KEM has them below 3329.
    #expect(!XWing.isPublicKey([0xFF, 0xFF, 0xFF] + good.dropFirst(3)))
    #expect(!XWing.isPublicKey(good + [0]) && !XWing.isPublicKey(good.dropLast()))
    for order in [[UInt8](repeating: 0, count: 32), [1] + [UInt8](repeating: 0, count: 31)] {
      let small = good.dropLast(32) + order
      // Either it is refused, or sealing to it works: never a trap.
      if XWing.isPublicKey(Array(small)) { _ = XWing.seal([1], to: Array(small), info: []) }
    }
  }
}
