import Foundation
import Testing

@testable import FluxgateSeal

@Suite struct SealedChunkTests {
  @Test(.enabled(if: SharedFixtures.exist, "../shared/fixtures is not here"))
  func `every shared vector is sealed and opened, or refused, as it says`() throws {
    let file = try #require(
      SharedFixtures.json("crypto/sealed-chunk/fxc1_vectors.json") as? [String: Any])
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

  @Test func `a field that is wrong under a tag that fits is refused by its name`() throws {
    let file = try #require(try OwnVectors.json("fxc1_hostile.json") as? [String: Any])
    let place = try OwnVectors.place(file)
    let plaintext = hex(file["plaintext"] as? String ?? "")
    var sealer = ChunkSealer()
    for vector in try #require(file["cases"] as? [[String: String]]) {
      let key = try #require(DataKey(bytes: hex(vector["key"] ?? "")))
      let sealed = hex(vector["sealed"] ?? "")
      if vector["kind"] == "valid" {
        #expect(try sealer.open(sealed, key: key, expecting: place) == plaintext)
        continue
      }
      let error = #expect(throws: SealError.self) {
        try sealer.open(sealed, key: key, expecting: place)
      }
      #expect(error.map(OwnVectors.kind) == vector["kind"], "\(vector["why"] ?? "")")
    }
  }

  @Test func `the hostile vectors differ from good ones in nothing but the field`() throws {
    // A reader that checks only the tag opens them all: so it is the checks that refuse.
    let file = try #require(try OwnVectors.json("fxc1_hostile.json") as? [String: Any])
    var cipher = XAES256GCM()
    for vector in try #require(file["cases"] as? [[String: String]]) {
      let key = try #require(DataKey(bytes: hex(vector["key"] ?? "")))
      var message = hex(vector["sealed"] ?? "")
      #expect(cipher.open(&message, from: 80, nonce: Array(message[56..<80]), key: key))
    }
  }

  @Test func `a chunk can be empty, and two seals of one chunk share nothing after the place`()
    throws
  {
    var sealer = ChunkSealer()
    let key = DataKey()
    let first = sealer.seal([], at: .example, key: key)
    let second = sealer.seal([], at: .example, key: key)
    #expect(first.count == 100 && first[..<56] == second[..<56])
    #expect(first[56..<80] != second[56..<80] && first[80...] != second[80...])
    #expect(try sealer.open(first, key: key) == [])
  }

  @Test func `a wiped key opens nothing`() throws {
    var sealer = ChunkSealer()
    let key = DataKey()
    let sealed = sealer.seal([1, 2, 3], at: .example, key: key)
    key.wipe()
    #expect(throws: SealError.authentication) { try sealer.open(sealed, key: key) }
  }

  @Test func `an absurd length is refused before anything is copied`() {
    var sealer = ChunkSealer()
    let huge = [UInt8](repeating: 0, count: SealedHeader.sealedByteCountMax + 1)
    #expect(throws: SealError.badLength(UInt32(huge.count))) {
      try sealer.open(huge, key: DataKey())
    }
  }
}

extension ChunkAddress {
  static let example = ChunkAddress(
    recording: [UInt8](0..<16), stream: 3, category: 1, epoch: 2, rawLength: 64, index: 5,
    sequence: 9)
}

/// Vectors of the project itself, in `fixtures/seal`.
enum OwnVectors {
  static func json(_ name: String) throws -> Any {
    let path = SharedFixtures.package.appendingPathComponent("fixtures/seal/\(name)")
    return try JSONSerialization.jsonObject(with: Data(contentsOf: path))
  }

  static func place(_ file: [String: Any]) throws -> ChunkAddress {
    let place = try #require(file["place"] as? [String: Any])
    let number = { (name: String) in (place[name] as? NSNumber)?.uint64Value ?? 0 }
    return ChunkAddress(
      recording: hex(place["recording"] as? String ?? ""), stream: UInt32(number("stream")),
      category: UInt16(number("category")), epoch: UInt32(number("epoch")),
      rawLength: UInt32(number("raw_len")), index: number("index"), sequence: number("seq"))
  }

  /// The kind of an error, as the vectors call it.
  static func kind(_ error: SealError) -> String {
    if case .wrongPlace(let field) = error { return "wrongPlace \(field.rawValue)" }
    return String("\(error)".prefix { $0 != "(" })
  }
}
