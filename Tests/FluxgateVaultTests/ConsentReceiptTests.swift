import FluxgateConsent
import FluxgateLedger
import FluxgateSeal
import Foundation
import Testing

@testable import FluxgateVault

/// What a server answers to a consent, and how it could lie.
@Suite struct ConsentReceiptTests {
  let bench: ServiceBench
  let sent: SignedConsent
  let receipt: ConsentReceipt
  let other: ConsentReceipt

  init() throws {
    bench = try ServiceBench()
    let service = try bench.service()
    sent = try SignedConsent(bench.sign(bench.grant()))
    receipt = try service.submit(consent: sent.bytes)
    other = try service.submit(consent: bench.sign(bench.grant()))
  }

  private func fault(
    _ receipt: ConsentReceipt, log: VerifierKey? = nil
  ) throws -> ReceiptFault? {
    let log = try log ?? bench.verifierKey
    do {
      try receipt.verify(for: sent, log: log)
      return nil
    } catch {
      return error
    }
  }

  private func receipt(
    _ consent: ConsentID? = nil, record: SaltedRecord?, index: UInt64? = nil, proof: [UInt8]? = nil
  ) -> ConsentReceipt {
    ConsentReceipt(
      consent: consent ?? receipt.consent, record: record, index: index ?? receipt.index,
      proof: proof ?? receipt.proof)
  }

  @Test func `an honest one holds, over the wire too`() throws {
    #expect(try fault(receipt) == nil)
    #expect(try fault(try ConsentReceipt(encoded: receipt.encoded)) == nil)
  }

  @Test func `a lying one does not`() throws {
    let record = try required(receipt.record)
    let resalted = SaltedRecord(record.record, salt: RandomBytes.make(32))
    var changed = record.record
    changed.categories = [ServiceBench.glucose]
    let altered = SaltedRecord(changed, salt: record.salt)
    changed = record.record
    changed.objects = SHA256.digest([1])
    let elsewhere = SaltedRecord(changed, salt: record.salt)
    var flipped = receipt.proof
    flipped[flipped.count - 10] ^= 1
    #expect(try fault(other) == .otherConsent)
    #expect(try fault(receipt(record: nil)) == .noRecord)
    #expect(try fault(receipt(record: other.record)) == .otherRecord)
    #expect(try fault(receipt(record: altered)) == .otherRecord)
    #expect(try fault(receipt(record: elsewhere)) == .otherRecord)
    #expect(try fault(receipt(record: resalted)) == .proof(.notIncluded))
    #expect(try fault(receipt(record: record, index: 1)) == .proof(.notIncluded))
    #expect(try fault(receipt(record: record, proof: other.proof)) == .proof(.notIncluded))
    for proof in [[], flipped] {
      guard case .proof = try fault(receipt(record: record, proof: proof)) else {
        Issue.record("a proof of \(proof.count) bytes was taken")
        continue
      }
    }
  }

  @Test func `one of another log does not, whatever key the server shows`() throws {
    let foreign = try ServiceBench()
    _ = try foreign.service()
    guard case .proof = try fault(receipt, log: try foreign.verifierKey) else {
      Issue.record("another log's key was taken")
      return
    }
  }

  @Test func `the file that is kept holds all that shows it`() throws {
    let file = try CBOR.decode(try required(receipt.file(for: sent)))
    let record = try required(file["record"]?.bytesValue)
    let salt = try required(file["salt"]?.bytesValue)
    let entry = SHA256.digest(Array("fluxgate/v1/trail".utf8) + [0] + salt + record)
    let proof = try TlogProof(try required(file["proof"]?.bytesValue))
    try proof.verify(entry: entry, log: try bench.verifierKey)
    #expect(file["consent"]?.bytesValue == sent.bytes)
    #expect(try CBOR.decode(record)["objects"]?.bytesValue == SHA256.digest(sent.bytes))
    #expect(file["index"]?.uint == receipt.index)
    #expect(receipt(record: nil).file(for: sent) == nil)
  }
}
