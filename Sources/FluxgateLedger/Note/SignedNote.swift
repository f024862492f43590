public import FluxgateSeal

/// A text with the signatures of named keys under it (C2SP signed-note).
public struct SignedNote: Hashable, Sendable {
  /// Limits of a note that is read.
  public static let byteCountMax = 1_000_000
  public static let signatureCountMax = 100

  /// One signature line, of a key that may be unknown.
  public struct Signature: Hashable, Sendable {
    public let name: String
    public let id: UInt32
    public let bytes: [UInt8]
  }

  /// Ends in LF.
  public let text: String
  public let signatures: [Signature]

  init(text: String, signatures: [Signature]) {
    self.text = text
    self.signatures = signatures
  }

  /// Signs `text`, which must end in LF and hold no other control character.
  public init(text: String, name: String, key: SigningKey) throws(NoteError) {
    let bytes = Array(text.utf8)
    guard NoteText.isValid(bytes), bytes.last == NoteText.newline else { throw .notText }
    guard let verifier = VerifierKey(name: name, key: key.publicKey) else { throw .malformedKey }
    self.init(
      text: text,
      signatures: [Signature(name: name, id: verifier.id, bytes: key.sign(bytes))])
  }

  /// The note as it is stored and sent.
  public var bytes: [UInt8] {
    Array(text.utf8) + [NoteText.newline] + signatures.flatMap { Array(NoteText.line(of: $0).utf8) }
  }
}
