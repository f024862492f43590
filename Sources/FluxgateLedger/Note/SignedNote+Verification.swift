internal import FluxgateSeal

extension SignedNote {
  /// A known key whose signature holds.
  public struct Verified: Hashable, Sendable {
    public let key: VerifierKey
    /// When a witness says it signed, in seconds since 1970; nil for plain signatures.
    public let time: UInt64?
  }

  /// The known keys that signed, in the note's order and each once.
  ///
  /// Lines of unknown keys are ignored. One bad line of a known key makes the note bad.
  public func verify(_ known: [VerifierKey]) throws(NoteError) -> [Verified] {
    var verified: [Verified] = []
    for signature in signatures {
      guard let key = try Self.key(of: signature, among: known) else { continue }
      guard let result = key.verify(signature.bytes, over: text) else {
        throw .badSignature(key.name)
      }
      if !verified.contains(where: { $0.key == key }) { verified.append(result) }
    }
    guard !verified.isEmpty else { throw .noKnownSignature }
    return verified
  }

  private static func key(
    of signature: Signature, among known: [VerifierKey]
  ) throws(NoteError) -> VerifierKey? {
    let matching = known.filter {
      $0.id == signature.id && $0.name.isSpelled(like: signature.name)
    }
    guard let first = matching.first else { return nil }
    guard matching.allSatisfy({ $0 == first }) else { throw .ambiguousKey(first.name) }
    return first
  }
}

extension VerifierKey {
  fileprivate func verify(_ signature: [UInt8], over text: String) -> SignedNote.Verified? {
    guard signature.count == type.signatureByteCount else { return nil }
    guard type == .cosignature else {
      let holds = key.verifies(signature, over: Array(text.utf8))
      return holds ? .init(key: self, time: nil) : nil
    }
    let time = signature.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let message = SignedNote.cosignedMessage(text, time: time)
    let holds = key.verifies([UInt8](signature.dropFirst(8)), over: message)
    return holds ? .init(key: self, time: time) : nil
  }
}
