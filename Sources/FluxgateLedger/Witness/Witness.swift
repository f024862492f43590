internal import FluxgateSeal
internal import Synchronization

/// A second party that cosigns a log's heads, each only if it extends the one before.
///
/// A head is durable before its cosignature leaves, and the check and the store are one step: two
/// requests at once cannot take a log back, nor can a kill at any point. What a witness cannot see is
/// its own folder restored from an older copy.
///
/// May be used from any thread. Requests wait for each other's sync.
public final class Witness: Sendable {
  /// What verifies this witness's cosignatures.
  public var verifierKey: VerifierKey { cosigner.verifierKey }

  private let cosigner: Cosigner
  private let files: LogFiles
  /// Heads by file name, as far as they were asked for.
  private let heads = Mutex<[String: Head]>([:])

  private struct Head {
    let checkpoint: Checkpoint
    let note: SignedNote
  }

  /// Opens the heads in `directory`, which is made if missing; one witness at a time holds it.
  public init(directory: String, cosigner: Cosigner) throws(LedgerError) {
    self.cosigner = cosigner
    files = try LogFiles(directory: directory)
    try files.syncParent()
  }

  /// Cosigns the head of a request, or refuses it.
  ///
  /// - Parameters:
  ///   - logs: the logs to follow.
  ///   - time: seconds since 1970.
  /// - Returns: the body of the answer: this witness's line.
  public func add(
    _ request: AddCheckpoint, logs: [VerifierKey], at time: UInt64
  ) throws(WitnessRefusal) -> [UInt8] {
    let name = Self.name(ofOrigin: request.checkpoint.origin)
    return try heads.withLock { (heads) throws(WitnessRefusal) -> [UInt8] in
      let held = try stored(name, &heads)
      let logLine = try request.judge(logs: logs, held: held?.checkpoint)
      let line = cosigner.cosign(request.note.text, at: time)
      let head = SignedNote(text: request.note.text, signatures: [logLine, line])
      do throws(LedgerError) {
        try files.replace([(name, head.bytes)])
      } catch {
        throw .storage(error)
      }
      heads[name] = Head(checkpoint: request.checkpoint, note: head)
      return Array(NoteText.line(of: line).utf8)
    }
  }

  /// The last head that was cosigned for a log, with the log's line and this witness's.
  ///
  /// - Parameter originDigest: SHA-256 of the origin, 64 lower-case hexadecimal digits.
  public func head(_ originDigest: String) throws(WitnessRefusal) -> SignedNote? {
    let digits = originDigest.utf8
    guard digits.count == 64,
      digits.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
    else { return nil }
    return try heads.withLock { (heads) throws(WitnessRefusal) -> SignedNote? in
      try stored(originDigest, &heads)?.note
    }
  }

  /// The name of a log's file: SHA-256 of its origin in hexadecimal.
  public static func name(ofOrigin origin: String) -> String {
    SHA256.digest(Array(origin.utf8)).map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined()
  }

  /// What was stored for a log. A damaged head is no reason to begin anew: that would let the log
  /// go back.
  private func stored(
    _ name: String, _ heads: inout [String: Head]
  ) throws(WitnessRefusal) -> Head? {
    do throws(LedgerError) {
      if heads[name] == nil { heads[name] = try load(name) }
    } catch {
      throw .storage(error)
    }
    return heads[name]
  }

  private func load(_ name: String) throws(LedgerError) -> Head? {
    guard let bytes = try files.read(name, limit: SignedNote.byteCountMax) else { return nil }
    guard let note = try? SignedNote(bytes), note.line(of: verifierKey) != nil,
      let checkpoint = try? Checkpoint(note.text), Self.name(ofOrigin: checkpoint.origin) == name
    else { throw .damaged(path: name) }
    return Head(checkpoint: checkpoint, note: note)
  }
}
