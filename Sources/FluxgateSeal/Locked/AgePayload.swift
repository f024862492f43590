/// age's payload: a nonce, then STREAM over ChaCha20-Poly1305 in pieces of 64 KiB, the last marked.
enum AgePayload {
  private static let nonceLength = 16
  private static let pieceLength = 1 << 16

  static func seal(_ content: [UInt8], fileKey: [UInt8]) -> [UInt8] {
    let nonce = RandomBytes.make(nonceLength)
    let key = key(fileKey, nonce)
    let count = max(1, (content.count + pieceLength - 1) / pieceLength)
    return (0..<count).reduce(into: nonce) { payload, number in
      let piece = content.dropFirst(number * pieceLength).prefix(pieceLength)
      payload += ChaCha20Poly1305.seal(
        Array(piece), key: key, nonce: place(number, isLast: number == count - 1))
    }
  }

  /// All or nothing: a cut payload is no payload.
  static func open(_ payload: [UInt8], fileKey: [UInt8]) throws(LockError) -> [UInt8] {
    guard payload.count >= nonceLength + ChaCha20Poly1305.tagLength else {
      throw .changedContent
    }
    let key = key(fileKey, Array(payload.prefix(nonceLength)))
    let sealed = payload.dropFirst(nonceLength)
    let sealedLength = pieceLength + ChaCha20Poly1305.tagLength
    let count = (sealed.count + sealedLength - 1) / sealedLength
    var content: [UInt8] = []
    for number in 0..<count {
      let isLast = number == count - 1
      let piece = Array(sealed.dropFirst(number * sealedLength).prefix(sealedLength))
      let text = ChaCha20Poly1305.open(piece, key: key, nonce: place(number, isLast: isLast))
      // Only an empty payload ends in an empty piece.
      guard let text, !text.isEmpty || count == 1 else { throw .changedContent }
      content += text
    }
    return content
  }

  private static func key(_ fileKey: [UInt8], _ nonce: [UInt8]) -> DataKey {
    KeyDerivation.derive(from: fileKey, salt: nonce, info: "payload")
  }

  /// The piece's number in 11 bytes, big-endian, and 1 for the last piece.
  private static func place(_ number: Int, isLast: Bool) -> [UInt8] {
    let digits = (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) }
    return [0, 0, 0] + digits + [isLast ? 1 : 0]
  }
}
