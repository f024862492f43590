import FluxgateLedger
import FluxgateSeal
import Foundation
import Testing

/// witness-steps.json.
struct WitnessSteps: Decodable {
  struct Step: Decodable {
    let request: String
    let status: Int
    let bodyContains, bodyEquals: String?
    let alsoAllowed: Int?
  }

  let logOrigin, logPublicKeyHex: String
  let witnessName, witnessSeedHex, witnessVkey: String
  let stepsInOrder: [Step]

  static func load() throws -> WitnessSteps {
    try Fixtures.json(WitnessSteps.self, "witness-steps.json")
  }

  var log: VerifierKey {
    get throws {
      let key = VerifyingKey(bytes: hex(logPublicKeyHex))
      return try #require(key.flatMap { VerifierKey(name: logOrigin, key: $0) })
    }
  }
}

/// A witness and keys made in tests.
enum TestWitness {
  static func cosigner(_ name: String = "w.example/1", seed: UInt8 = 9) throws -> Cosigner {
    guard let key = SigningKey(seed: [UInt8](repeating: seed, count: 32)),
      let cosigner = Cosigner(name: name, key: key)
    else { throw MissingKey() }
    return cosigner
  }

  static func open(_ scratch: Scratch, _ folder: String = "heads") throws -> Witness {
    let cosigner = try cosigner()
    return try unlocked {
      try Witness(directory: "\(scratch.path)/\(folder)", cosigner: cosigner)
    }
  }
}

extension EmbeddedLog {
  func request(from oldSize: UInt64) throws -> AddCheckpoint {
    AddCheckpoint(
      oldSize: oldSize, proof: try consistency(from: oldSize), note: checkpoint(),
      checkpoint: head)
  }
}

struct WitnessTests {
  private static let time: UInt64 = 1_790_000_000

  @Test(.enabled(if: Fixtures.exist, Comment(rawValue: Fixtures.missing)))
  func `the published steps`() throws {
    let steps = try WitnessSteps.load()
    let scratch = try Scratch()
    let key = try #require(SigningKey(seed: hex(steps.witnessSeedHex)))
    let cosigner = try #require(Cosigner(name: steps.witnessName, key: key))
    #expect(cosigner.verifierKey.text == steps.witnessVkey)
    let witness = try Witness(directory: scratch.path + "/heads", cosigner: cosigner)
    for (place, step) in steps.stepsInOrder.enumerated() {
      let (status, body) = try answer(witness, Array(step.request.utf8), [try steps.log])
      #expect(status == step.status, "step \(place)")
      if let part = step.bodyContains, !part.isEmpty {
        #expect(body.contains(part), "step \(place)")
      }
      #expect(step.bodyEquals == nil || body == step.bodyEquals, "step \(place)")
    }
  }

  private func answer(
    _ witness: Witness, _ body: [UInt8], _ logs: [VerifierKey]
  ) throws -> (Int, String) {
    do throws(WitnessRefusal) {
      let line = try witness.add(try AddCheckpoint(body), logs: logs, at: Self.time)
      return (200, String(decoding: line, as: UTF8.self))
    } catch {
      return (error.status, error.body)
    }
  }

  @Test func `a growing log is cosigned, also after a restart, and the line verifies`() throws {
    let scratch = try Scratch()
    let log = try TestLog.open(scratch)
    var old: UInt64 = 0
    for size in [1, 2, 255, 256, 300, 300] {
      if UInt64(size) > log.head.size {
        _ = try log.append(TestLog.entries(Int(log.head.size)..<size))
      }
      let witness = try TestWitness.open(scratch)
      let request = try log.request(from: old)
      let line = try witness.add(request, logs: [log.verifierKey], at: Self.time)
      let cosigned = try SignedNote(log.checkpoint().bytes + line)
      let head = try cosigned.checkpoint(
        log: log.verifierKey, witnesses: [witness.verifierKey], quorum: 1)
      #expect(head.size == UInt64(size))
      let stored = try witness.head(Witness.name(ofOrigin: TestLog.origin))
      #expect(stored?.bytes == cosigned.bytes)
      old = UInt64(size)
    }
  }

  @Test func `a log that has split or gone back gets nothing more`() throws {
    let (scratch, other) = (try Scratch(), try Scratch())
    let log = try TestLog.open(scratch)
    let split = try TestLog.open(other)
    _ = try log.append(TestLog.entries(0..<10))
    _ = try split.append(TestLog.entries(0..<9) + [[0xFF]])
    let witness = try TestWitness.open(scratch)
    let logs = [log.verifierKey]
    let early = try split.request(from: 0)
    _ = try witness.add(try log.request(from: 0), logs: logs, at: Self.time)
    #expect(throws: WitnessRefusal.conflict(size: 10)) {
      try witness.add(early, logs: logs, at: Self.time)
    }
    let same = AddCheckpoint(
      oldSize: 10, proof: [], note: split.checkpoint(), checkpoint: split.head)
    #expect(throws: WitnessRefusal.badProof) { try witness.add(same, logs: logs, at: Self.time) }
    _ = try split.append(TestLog.entries(20..<30))
    #expect(throws: WitnessRefusal.badProof) {
      try witness.add(try split.request(from: 10), logs: logs, at: Self.time)
    }
    #expect(try witness.head(Witness.name(ofOrigin: TestLog.origin))?.text == log.checkpoint().text)
  }

  @Test func `what a request may get wrong`() throws {
    let scratch = try Scratch()
    let log = try TestLog.open(scratch)
    _ = try log.append(TestLog.entries(0..<5))
    let witness = try TestWitness.open(scratch)
    let (good, logs) = (try log.request(from: 0), [log.verifierKey])
    let hash = try #require(TreeHash([UInt8](repeating: 1, count: 32)))
    let withProof = AddCheckpoint(
      oldSize: 0, proof: [hash], note: good.note, checkpoint: good.checkpoint)
    #expect(throws: WitnessRefusal.badProof) { try witness.add(withProof, logs: logs, at: 1) }
    let above = AddCheckpoint(
      oldSize: 6, proof: [], note: good.note, checkpoint: good.checkpoint)
    #expect(throws: WitnessRefusal.backwards) { try witness.add(above, logs: logs, at: 1) }
    #expect(throws: WitnessRefusal.unknownLog) { try witness.add(good, logs: [], at: 1) }
    let stranger = try #require(VerifierKey(name: TestLog.origin, key: SigningKey().publicKey))
    #expect(throws: WitnessRefusal.badSignature) {
      try witness.add(good, logs: [stranger], at: 1)
    }
    #expect(try witness.head(Witness.name(ofOrigin: TestLog.origin)) == nil)
    #expect(try AddCheckpoint(good.bytes) == good)
  }

  @Test(arguments: [
    ("", 1), ("old 0", 1), ("old 0\n", 1), ("old 00\n\n", 1), ("old -1\n\n", 1), ("new 0\n\n", 1),
    ("old 1\nAAAA\n\n", 2), ("old 1\n \n\n", 2), ("old 0\n\n", 0), ("old 0\n\nx\n1\n\n", 0),
    ("old 18446744073709551616\n\n", 1),
  ]) func `malformed requests`(_ text: String, _ line: Int) {
    #expect(throws: WitnessRefusal.malformed(line: line)) { try AddCheckpoint(Array(text.utf8)) }
  }

  @Test func `a request of too many hashes or bytes is refused before hashing`() throws {
    let line = Data(count: 32).base64EncodedString() + "\n"
    let many = "old 1\n" + String(repeating: line, count: 64) + "\n"
    #expect(throws: WitnessRefusal.malformed(line: 65)) { try AddCheckpoint(Array(many.utf8)) }
    let long = [UInt8](repeating: 0x0A, count: AddCheckpoint.byteCountMax + 1)
    #expect(throws: WitnessRefusal.malformed(line: 1)) { try AddCheckpoint(long) }
  }

  @Test func `a damaged head stops the log instead of starting it anew`() throws {
    let scratch = try Scratch()
    let log = try TestLog.open(scratch)
    _ = try log.append(TestLog.entries(0..<5))
    let name = Witness.name(ofOrigin: TestLog.origin)
    _ = try TestWitness.open(scratch).add(
      try log.request(from: 0), logs: [log.verifierKey], at: Self.time)
    let good = try scratch.bytes("heads/\(name)")
    for place in [0, TestLog.origin.utf8.count + 1, good.count - 3] {
      try scratch.flipByte("heads/\(name)", at: place)
      let witness = try TestWitness.open(scratch)
      #expect(throws: WitnessRefusal.storage(.damaged(path: name))) {
        try witness.add(try log.request(from: 0), logs: [log.verifierKey], at: Self.time)
      }
      #expect(throws: WitnessRefusal.self) { try witness.head(name) }
      try scratch.write(good, "heads/\(name)")
    }
  }

  @Test func `a head that cannot be stored is not cosigned`() throws {
    let scratch = try Scratch()
    let log = try TestLog.open(scratch)
    _ = try log.append(TestLog.entries(0..<5))
    let witness = try TestWitness.open(scratch)
    // A folder where the file is written aside: even root cannot open it for writing.
    try FileManager.default.createDirectory(
      at: scratch.url("heads/incoming"), withIntermediateDirectories: true)
    #expect(throws: WitnessRefusal.self) {
      try witness.add(try log.request(from: 0), logs: [log.verifierKey], at: Self.time)
    }
    #expect(try witness.head(Witness.name(ofOrigin: TestLog.origin)) == nil)
    try FileManager.default.removeItem(at: scratch.url("heads/incoming"))
    _ = try witness.add(try log.request(from: 0), logs: [log.verifierKey], at: Self.time)
  }

  @Test func `names that are no digest, and a folder in use`() throws {
    let scratch = try Scratch()
    let witness = try TestWitness.open(scratch)
    for name in ["", "../x", "lock", String(repeating: "A", count: 64)] {
      #expect(try witness.head(name) == nil)
    }
    #expect(throws: LedgerError.locked) { try TestWitness.open(scratch) }
  }

  /// Many threads bring two histories of one log; whatever the order, one of them wins for good.
  @Test func `racing requests never take a log back`() throws {
    let (scratch, other) = (try Scratch(), try Scratch())
    let (log, split) = (try TestLog.open(scratch), try TestLog.open(other))
    let witness = try TestWitness.open(scratch)
    var requests: [AddCheckpoint] = []
    for size in 1...12 {
      let old = log.head.size
      _ = try log.append(TestLog.entries(size - 1..<size))
      _ = try split.append([[UInt8(size)]])
      for from in Set([0, old]) {
        requests += [try log.request(from: from), try split.request(from: from)]
      }
    }
    let signed = Signed()
    let all = requests.shuffled() + requests.shuffled()
    DispatchQueue.concurrentPerform(iterations: all.count) { place in
      let request = all[place]
      guard (try? witness.add(request, logs: [log.verifierKey], at: Self.time)) != nil else {
        return
      }
      signed.add(request.checkpoint)
    }
    let bySize = Dictionary(grouping: signed.all, by: \.size).mapValues { Set($0.map(\.root)) }
    #expect(!bySize.isEmpty)
    #expect(bySize.values.allSatisfy { $0.count == 1 })
    let newest = try #require(try witness.head(Witness.name(ofOrigin: TestLog.origin)))
    #expect(try Checkpoint(newest.text).size == signed.all.map(\.size).max())
  }

  private final class Signed: @unchecked Sendable {
    private let lock = NSLock()
    private var heads: [Checkpoint] = []
    func add(_ head: Checkpoint) { lock.withLock { heads.append(head) } }
    var all: [Checkpoint] { lock.withLock { heads } }
  }
}
