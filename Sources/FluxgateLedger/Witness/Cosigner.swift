public import FluxgateSeal

/// A witness's key with the name it signs under (C2SP tlog-cosignature, Ed25519).
public struct Cosigner: Sendable {
  public let verifierKey: VerifierKey
  private let key: SigningKey

  /// Nil for a name that no note can hold.
  public init?(name: String, key: SigningKey) {
    guard let made = VerifierKey(name: name, key: key.publicKey, type: .cosignature) else {
      return nil
    }
    verifierKey = made
    self.key = key
  }

  /// The line under a checkpoint.
  ///
  /// - Parameters:
  ///   - text: the checkpoint, up to and with its last LF.
  ///   - time: seconds since 1970.
  public func cosign(_ text: String, at time: UInt64) -> SignedNote.Signature {
    let bigEndian = (0..<8).map { UInt8(truncatingIfNeeded: time >> UInt64(56 - 8 * $0)) }
    let message = SignedNote.cosignedMessage(text, time: time)
    return SignedNote.Signature(
      name: verifierKey.name, id: verifierKey.id, bytes: bigEndian + key.sign(message))
  }
}

extension SignedNote {
  /// What a witness signs for a checkpoint's text.
  static func cosignedMessage(_ text: String, time: UInt64) -> [UInt8] {
    Array("cosignature/v1\ntime \(time)\n\(text)".utf8)
  }

  /// The note with one more line, which takes the place of an older one of the same key.
  func adding(_ line: Signature) -> SignedNote {
    let others = signatures.filter { $0.id != line.id || !$0.name.isSpelled(like: line.name) }
    return SignedNote(text: text, signatures: others + [line])
  }

  /// The line of `key` under this note, when it holds.
  func line(of key: VerifierKey) -> Signature? {
    guard (try? verify([key])) != nil else { return nil }
    return signatures.first { $0.id == key.id && $0.name.isSpelled(like: key.name) }
  }
}
