/// Seals and opens chunks (FXC1) with contexts that are made once. Belongs to one thread.
public struct ChunkSealer: ~Copyable {
  private var cipher = XAES256GCM()

  public init() {}

  /// Header, padded ciphertext and tag, under a fresh random nonce.
  public mutating func seal(
    _ plaintext: [UInt8], at address: ChunkAddress, key: DataKey
  ) -> [UInt8] {
    seal(plaintext, at: address, nonce: RandomBytes.make(XAES256GCM.nonceLength), key: key)
  }

  /// For vectors only: a nonce must never be used twice.
  mutating func seal(
    _ plaintext: [UInt8], at address: ChunkAddress, nonce: [UInt8], key: DataKey
  ) -> [UInt8] {
    let padded = Padme.paddedLength(4 + plaintext.count)
    let total = SealedHeader.byteCount + padded + XAES256GCM.tagLength
    precondition(total <= SealedHeader.sealedByteCountMax, "a chunk is bounded")
    var sealed: [UInt8] = []
    sealed.reserveCapacity(total)
    sealed += SealedHeader(address: address, nonce: nonce).encoded()
    SealedHeader.put(UInt64(plaintext.count), 4, &sealed)
    sealed += plaintext
    sealed += repeatElement(0, count: total - sealed.count)
    cipher.seal(&sealed, from: SealedHeader.byteCount, nonce: nonce, key: key)
    return sealed
  }

  /// The plaintext of `sealed`, which must be the chunk of `place` when one is given.
  ///
  /// Every header field is looked at before the key is used, though the tag covers them too; length
  /// and padding are looked at after.
  public mutating func open(
    _ sealed: [UInt8], key: DataKey, expecting place: ChunkAddress? = nil
  ) throws(SealError) -> [UInt8] {
    let header = try SealedHeader.parse(sealed)
    if let place { try header.check(place: place) }
    var message = sealed
    guard cipher.open(&message, from: SealedHeader.byteCount, nonce: header.nonce, key: key) else {
      throw .authentication
    }
    return try Self.unpad(message)
  }

  private static func unpad(_ message: [UInt8]) throws(SealError) -> [UInt8] {
    let start = SealedHeader.byteCount
    let end = message.count - XAES256GCM.tagLength
    let length = UInt32(SealedHeader.number(message, start, 4))
    guard Int(length) <= end - start - 4 else { throw .badLength(length) }
    let textEnd = start + 4 + Int(length)
    guard Padme.paddedLength(4 + Int(length)) == end - start,
      message[textEnd..<end].allSatisfy({ $0 == 0 })
    else { throw .badPadding }
    return [UInt8](message[start + 4..<textEnd])
  }
}
