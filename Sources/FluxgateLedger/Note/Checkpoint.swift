/// The head of a log: its name, how many entries it has, and their root (C2SP tlog-checkpoint).
public struct Checkpoint: Hashable, Sendable {
  /// Like a URL without scheme, for example `gw.example/log1`.
  public let origin: String
  /// Entries.
  public let size: UInt64
  public let root: TreeHash
  /// Further lines, none of them empty. Fluxgate writes none.
  public let extensions: [String]

  public init(origin: String, size: UInt64, root: TreeHash) {
    self.origin = origin
    self.size = size
    self.root = root
    extensions = []
  }

  /// Reads the text of a note. Whoever reads a checkpoint verifies the note too.
  public init(_ text: String) throws(NoteError) {
    guard let lines = NoteText.lines(of: Array(text.utf8)), lines.count >= 3 else {
      throw .malformedLine(1)
    }
    if let empty = lines.firstIndex(where: \.isEmpty) { throw .malformedLine(empty + 1) }
    guard let size = NoteText.number(lines[1]) else { throw .malformedLine(2) }
    guard let root = NoteText.hash(lines[2]) else { throw .malformedLine(3) }
    origin = lines[0]
    self.size = size
    self.root = root
    extensions = Array(lines.dropFirst(3))
  }

  public var text: String {
    ([origin, "\(size)", Base64.encode(root.bytes)] + extensions).map { $0 + "\n" }.joined()
  }
}

extension SignedNote {
  /// The checkpoint in this note, when the log of that key signed it and is the one it names.
  ///
  /// - Parameters:
  ///   - witnesses: keys whose cosignatures count; one bad cosignature of them is an error.
  ///   - quorum: how many different witnesses must have signed.
  public func checkpoint(
    log: VerifierKey, witnesses: [VerifierKey] = [], quorum: Int = 0
  ) throws(NoteError) -> Checkpoint {
    guard log.type == .ed25519 else { throw .unsupportedKey(type: log.type.rawValue) }
    let signers = try verify([log] + witnesses).map(\.key)
    guard signers.contains(log) else { throw .noLogSignature }
    let signed = Set(signers.map(\.key)).subtracting([log.key]).count
    guard signed >= quorum else { throw .tooFewWitnesses(signed: signed, needed: quorum) }
    let checkpoint = try Checkpoint(text)
    guard checkpoint.origin.isSpelled(like: log.name) else { throw .wrongOrigin(checkpoint.origin) }
    return checkpoint
  }
}
