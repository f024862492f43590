import Foundation
import Testing

@testable import FluxgateSeal

@Suite struct SealedChunkTests {
  @Test(.enabled(if: SharedFixtures.exist, "../shared/fixtures is not here"))
  func `every shared vector is sealed and opened, or refused, as it says`() throws {
    let file = try #require(SharedFixtures.json("crypto/sealed-chunk/fxc1_vectors.json") as? [String: Any])
    let vectors = try #require(file["vectors"] as? [[String: Any]])
    var sealer = ChunkSealer()
    var valid = 0
    for vector in vectors {
      let text = { (name: String) in vector[name] as? String ?? "" }
      let number = { (name: String) in (vector[name] as? NSNumber)?.uint64Value ?? 0 }
      let key = try #require(DataKey(bytes: hex(text("key"))))
      let place = ChunkAddress(
        recording: hex(text("recording")), stream: UInt32(number("stream")),
        category: UInt16(number("category")), epoch: UInt32(number("epoch")),
        rawLength: UInt32(number("raw_len")), index: number("chunk_index"), sequence: number("seq"),
        isLast: number("flags") & 1 != 0)
      let sealed = hex(text("sealed"))
      if text("result") == "valid" {
        valid += 1
        let plaintext = try sealer.open(sealed, key: key, expecting: place)
        #expect(plaintext == hex(text("plaintext")))
        let again = sealer.seal(plaintext, at: place, nonce: hex(text("nonce")), key: key)
        #expect(again == sealed)
      } else {
        #expect(throws: SealError.self, "\(vector)") {
          _ = try sealer.open(sealed, key: key, expecting: place)
        }
      }
    }
    #expect(valid == 13 && vectors.count == 36)
  }

  @Test func `every flipped bit of a sealed chunk is refused`() throws {
    var sealer = ChunkSealer()
    let key = DataKey()
    let place = ChunkAddress(
      recording: [UInt8](repeating: 7, count: 16), stream: 3, category: 1, epoch: 2, rawLength: 64,
      index: 5, sequence: 9)
    let sealed = sealer.seal([1, 2, 3, 4, 5], at: place, key: key)
    for bit in 0..<sealed.count * 8 {
      var bad = sealed
      bad[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(throws: SealError.self) { _ = try sealer.open(bad, key: key) }
    }
    #expect(try sealer.open(sealed, key: key, expecting: place) == [1, 2, 3, 4, 5])
  }

  @Test(.enabled(if: SharedFixtures.exist, "../shared/fixtures is not here"))
  func `Padmé agrees with the shared table`() throws {
    let table = try #require(SharedFixtures.json("crypto/sealed-chunk/padme.json") as? [[Int]])
    for row in table { #expect(Padme.paddedLength(row[0]) == row[1]) }
  }

  @Test(.enabled(if: SharedFixtures.exist, "../shared/fixtures is not here"))
  func `XAES-256-GCM agrees with the specification's vectors`() throws {
    let file = try #require(SharedFixtures.json("crypto/xaes256gcm.json") as? [String: Any])
    for vector in try #require(file["vectors"] as? [[String: String]]) {
      var cipher = XAES256GCM()
      let key = try #require(DataKey(bytes: hex(vector["K"] ?? "")))
      let aad = hex(vector["aad"] ?? "")
      var message = aad + hex(vector["plaintext"] ?? "") + [UInt8](repeating: 0, count: 16)
      cipher.seal(&message, from: aad.count, nonce: hex(vector["N"] ?? ""), key: key)
      #expect(message == aad + hex(vector["ciphertext"] ?? ""))
    }
  }
}
