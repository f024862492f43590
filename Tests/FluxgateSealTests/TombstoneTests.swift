import Testing

@testable import FluxgateSeal

@Suite struct TombstoneTests {
  let patient: PatientSecret
  let recording = [UInt8](repeating: 7, count: 16)

  init() throws { patient = try #require(PatientSecret(name: "patient 1")) }

  private func ranges(_ all: ClosedRange<UInt32>...) -> [ErasedEpochs] {
    all.map { ErasedEpochs(recording: recording, epochs: $0) }
  }

  private func scope() -> ErasureScope {
    ErasureScope(
      recording: recording, categories: [1, 3], from: -5, until: 900,
      epochs: ranges(1...2, 9...9), takesCiphertext: true)
  }

  @Test func `what is written is read`() throws {
    for scope in [scope(), ErasureScope(), ErasureScope(categories: [65_535])] {
      let tombstone = Tombstone(of: scope, patient: patient.publicKey, created: 1_800_000_000)
      let read = try Tombstone.open(
        tombstone.signed(by: patient), of: patient.publicKey.keyFingerprint)
      #expect(read == tombstone && read.scope == scope)
    }
  }

  @Test func `another signer, patient or byte is refused`() throws {
    let file = Tombstone(of: scope(), patient: patient.publicKey, created: 1).signed(by: patient)
    let other = try #require(PatientSecret(name: "patient 1"))
    #expect(throws: SealError.wrongRecipient) {
      try Tombstone.open(file, of: other.publicKey.keyFingerprint)
    }
    for place in stride(from: 0, to: file.count, by: 7) {
      var changed = file
      changed[place] ^= 4
      #expect(throws: SealError.self, "byte \(place)") { try Tombstone.open(changed) }
    }
    #expect(throws: SealError.self) { try Tombstone.open(file + [0]) }
  }

  /// Each is signed as it stands: a reader that checks the signature alone takes them all.
  @Test(
    arguments: [
      ("v", .unsigned(2)), ("id", .bytes([1])), ("created", .text("now")),
      ("created", .int(-1)), ("patient", .bytes([UInt8](repeating: 1, count: 16))),
      ("kem", .bytes([1, 2])), ("sign", .bytes([UInt8](repeating: 0, count: 31))),
      ("recording", .bytes([UInt8](repeating: 1, count: 15))), ("recording", .unsigned(1)),
      // Another recording than the epochs are of.
      ("recording", .bytes([UInt8](repeating: 8, count: 16))),
      ("categories", .array([])), ("categories", .array([.unsigned(3), .unsigned(1)])),
      ("categories", .array([.unsigned(1), .unsigned(1)])),
      ("categories", .array([.unsigned(65_536)])), ("categories", .text("cardiac")),
      ("from", .text("")), ("from", .unsigned(900)), ("until", .bool(true)), ("until", .int(-6)),
      ("epochs", .null), ("epochs", .array([])), ("epochs", .array([.array([.unsigned(1)])])),
      ("epochs", .array([.array([.bytes([7]), .unsigned(1), .unsigned(2)])])),
      ("ciphertext", .null), ("ciphertext", .unsigned(1)), ("more", .null),
    ] as [(String, CBOR)])
  func `a field that is not as the format says is refused`(_ name: String, _ value: CBOR) throws {
    #expect(throws: SealError.self) { try Tombstone.open(try file(with: name, value)) }
  }

  @Test(arguments: [[0...1], [3...4, 1...2], [1...2, 2...3], [1...1, 1...1]])
  func `epochs that are not rising and apart are refused`(_ all: [ClosedRange<UInt32>]) throws {
    let rows = all.map {
      CBOR.array([
        .bytes(recording), .unsigned(UInt64($0.lowerBound)), .unsigned(UInt64($0.upperBound)),
      ])
    }
    #expect(throws: SealError.self) {
      try Tombstone.open(try file(with: "epochs", .array(rows)))
    }
    var scope = scope()
    scope.epochs = all.map { ErasedEpochs(recording: recording, epochs: $0) }
    #expect(!scope.isSound)
  }

  @Test func `epochs without a time, and a time without epochs, are refused`() throws {
    var scope = scope()
    scope.from = nil
    scope.until = nil
    #expect(!scope.isSound)
    scope = self.scope()
    scope.epochs = nil
    #expect(!scope.isSound)
  }

  private func file(with name: String, _ value: CBOR) throws -> [UInt8] {
    let good = Tombstone(of: scope(), patient: patient.publicKey, created: 1).signed(by: patient)
    let body = try SignedRecord(good, byteCountMax: good.count).body
    var pairs = try #require(try CBOR.decode(body).mapValue)
    pairs.removeAll { $0.key == .text(name) }
    pairs.append(CBORPair(key: .text(name), value: value))
    return SignedRecord(.map(pairs), domain: Tombstone.domain, by: patient.signing).encoded
  }

  @Test func `what is covered is in the recording, the category and the epochs`() {
    let scope = scope()
    #expect(scope.covers(1, 2, of: recording) && scope.covers(3, 9, of: recording))
    #expect(!scope.covers(2, 2, of: recording) && !scope.covers(1, 3, of: recording))
    #expect(!scope.covers(1, 2, of: [UInt8](repeating: 8, count: 16)))
    #expect(ErasureScope().covers(9, 9, of: recording) && ErasureScope().isWhole)
  }
}
