import FluxgateLedger
import FluxgateSeal
import Foundation
import Testing

@Suite(.enabled(if: Fixtures.exist, Comment(rawValue: Fixtures.missing)))
struct SignedNoteTests {
  struct Vectors: Decodable {
    struct Accepted: Decodable {
      let name, note: String
      let vkeys, verified: [String]
    }
    struct Refused: Decodable {
      let name, note, why: String
      let vkeys: [String]
    }
    struct Signed: Decodable { let skey, text, signed: String }
    let accept: [Accepted]
    let reject: [Refused]
    let rejectVkeys: [String]
    let sign: [Signed]
  }

  let vectors: Vectors

  init() throws { vectors = try Fixtures.json(Vectors.self, "signed-notes.json") }

  @Test func `good notes verify by exactly the keys named`() throws {
    for item in vectors.accept {
      let keys = try item.vkeys.map { try VerifierKey($0) }
      let note = try SignedNote(Array(item.note.utf8))
      let names = try note.verify(keys).map {
        $0.key.text.split(separator: "+").prefix(2).joined(separator: "+")
      }
      #expect(names == item.verified, "\(item.name)")
      #expect(note.bytes == Array(item.note.utf8), "\(item.name)")
      #expect(keys.map(\.text) == item.vkeys)
    }
  }

  @Test func `bad notes are refused for the reason named`() throws {
    for item in vectors.reject {
      let keys = try item.vkeys.map { try VerifierKey($0) }
      let error = #expect(throws: NoteError.self, "\(item.name)") {
        try SignedNote(Array(item.note.utf8)).verify(keys)
      }
      #expect(reason(error) == item.why, "\(item.name)")
    }
  }

  @Test func `bad verifier keys are refused`() {
    for text in vectors.rejectVkeys {
      #expect(throws: NoteError.self, "\(text)") { try VerifierKey(text) }
    }
  }

  @Test func `signing gives the same bytes as the reference`() throws {
    for item in vectors.sign {
      let parts = item.skey.split(separator: "+", maxSplits: 4)
      let seed = [UInt8](try #require(Data(base64Encoded: String(parts[4])))).dropFirst()
      let key = try #require(SigningKey(seed: Array(seed)))
      let note = try SignedNote(text: item.text, name: String(parts[2]), key: key)
      #expect(note.bytes == Array(item.signed.utf8))
    }
  }

  @Test func `too many lines, too many bytes and a carriage return are refused`() throws {
    let good = vectors.accept[1].note
    let line = good.split(separator: "\n").last.map { $0 + "\n" } ?? ""
    let many = Array((good + String(repeating: line, count: 100)).utf8)
    #expect(throws: NoteError.tooLarge(101)) { try SignedNote(many) }
    let long = [UInt8](repeating: 0x61, count: SignedNote.byteCountMax + 1)
    #expect(throws: NoteError.tooLarge(1_000_001)) { try SignedNote(long) }
    #expect(throws: NoteError.notText) { try SignedNote(Array("a\r\n\n".utf8) + Array(line.utf8)) }
    #expect(throws: NoteError.notText) { try SignedNote([0xFF, 0x0A, 0x0A] + Array(line.utf8)) }
  }

  @Test func `a repeated line counts once`() throws {
    let good = vectors.accept[1]
    let line = good.note.split(separator: "\n").last.map { $0 + "\n" } ?? ""
    let key = try VerifierKey(good.vkeys[0])
    #expect(try SignedNote(Array((good.note + line).utf8)).verify([key, key]).count == 1)
  }

  @Test func `key names that differ only in their spelling of an accent are different`() throws {
    let key = SigningKey()
    let composed = try #require(VerifierKey(name: "caf\u{E9}", key: key.publicKey))
    let note = try SignedNote(text: "a\n", name: "cafe\u{301}", key: key)
    #expect(throws: NoteError.noKnownSignature) { try note.verify([composed]) }
  }

  private func reason(_ error: NoteError?) -> String {
    switch error {
    case .badSignature: "signature of a known key fails"
    case .noKnownSignature: "no verifiable signature"
    default: "malformed"
    }
  }
}
