/// What a log asks of a witness: the body of `add-checkpoint` (C2SP tlog-witness).
///
/// The line `old <size>`, the consistency proof with a base64 hash a line, an empty line, the signed
/// checkpoint.
public struct AddCheckpoint: Hashable, Sendable {
  /// A proof of 63 hashes and a note with many lines fit in easily.
  public static let byteCountMax = 65_536

  /// The size that the log believes the witness holds; 0 for none.
  public let oldSize: UInt64
  public let proof: [TreeHash]
  public let note: SignedNote
  public let checkpoint: Checkpoint

  public init(
    oldSize: UInt64, proof: [TreeHash], note: SignedNote, checkpoint: Checkpoint
  ) {
    self.oldSize = oldSize
    self.proof = proof
    self.note = note
    self.checkpoint = checkpoint
  }

  public init(_ bytes: [UInt8]) throws(WitnessRefusal) {
    guard bytes.count <= Self.byteCountMax, let end = Self.endOfHead(bytes),
      let lines = NoteText.lines(of: bytes[..<end]), let first = lines.first,
      first.hasPrefix("old "), let oldSize = NoteText.number(first.dropFirst(4))
    else { throw .malformed(line: 1) }
    guard lines.count - 1 <= MerkleProof.hashCountMax else {
      throw .malformed(line: MerkleProof.hashCountMax + 2)
    }
    var proof: [TreeHash] = []
    for (place, line) in lines.enumerated().dropFirst() {
      guard let hash = NoteText.hash(line) else { throw .malformed(line: place + 1) }
      proof.append(hash)
    }
    let note = try Self.note([UInt8](bytes[(end + 1)...]))
    guard let checkpoint = try? Checkpoint(note.text) else { throw .malformed(line: 0) }
    self.init(oldSize: oldSize, proof: proof, note: note, checkpoint: checkpoint)
  }

  /// A signature line of no good form is a bad signature, as the published test steps have it.
  private static func note(_ bytes: [UInt8]) throws(WitnessRefusal) -> SignedNote {
    do throws(NoteError) {
      return try SignedNote(bytes)
    } catch .malformedLine {
      throw .badSignature
    } catch {
      throw .malformed(line: 0)
    }
  }

  public var bytes: [UInt8] {
    let lines = ["old \(oldSize)"] + proof.map { Base64.encode($0.bytes) } + [""]
    return Array(lines.map { $0 + "\n" }.joined().utf8) + note.bytes
  }

  /// The place of the first empty line.
  private static func endOfHead(_ bytes: [UInt8]) -> Int? {
    bytes.indices.dropFirst().first {
      bytes[$0] == NoteText.newline && bytes[$0 - 1] == NoteText.newline
    }
  }
}

extension AddCheckpoint {
  /// Judges the request, in the order that tlog-witness gives. Nothing is stored or signed.
  ///
  /// - Parameters:
  ///   - logs: the logs that the witness follows.
  ///   - held: the last head that the witness cosigned for this origin; nil for none.
  /// - Returns: the log's own line under the checkpoint.
  func judge(
    logs: [VerifierKey], held: Checkpoint?
  ) throws(WitnessRefusal) -> SignedNote.Signature {
    guard let log = logs.first(where: { $0.name.isSpelled(like: checkpoint.origin) }) else {
      throw .unknownLog
    }
    let line = try signature(of: log)
    guard oldSize <= checkpoint.size else { throw .backwards }
    let heldSize = held?.size ?? 0
    guard oldSize == heldSize else { throw .conflict(size: heldSize) }
    let isExtension = MerkleProof.extends(
      oldSize: heldSize, oldRoot: held?.root ?? .emptyTree, size: checkpoint.size,
      root: checkpoint.root, proof: proof)
    guard isExtension else { throw .badProof }
    return line
  }

  private func signature(of log: VerifierKey) throws(WitnessRefusal) -> SignedNote.Signature {
    let line = note.signatures.first { $0.id == log.id && $0.name.isSpelled(like: log.name) }
    guard let line, (try? note.checkpoint(log: log)) != nil else { throw .badSignature }
    return line
  }
}
