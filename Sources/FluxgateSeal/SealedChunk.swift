/// Where a sealed chunk belongs: what its header binds.
public struct ChunkAddress: Hashable, Sendable {
  /// 16 bytes.
  public var recording: [UInt8]
  public var stream: UInt32
  public var category: UInt16
  public var epoch: UInt32
  /// Bytes of the chunk before any filter.
  public var rawLength: UInt32
  public var index: UInt64
  /// +1 for each sealed chunk of the recording, from 1.
  public var sequence: UInt64
  public var isLast: Bool

  public init(
    recording: [UInt8], stream: UInt32, category: UInt16, epoch: UInt32, rawLength: UInt32,
    index: UInt64, sequence: UInt64, isLast: Bool = false
  ) {
    self.recording = recording
    self.stream = stream
    self.category = category
    self.epoch = epoch
    self.rawLength = rawLength
    self.index = index
    self.sequence = sequence
    self.isLast = isLast
  }
}

/// Why sealed bytes are refused.
public enum SealError: Error, Hashable, Sendable {
  case truncated(length: Int)
  case badMagic
  case badVersion(UInt8)
  case badSuite(UInt8)
  case badFlags(UInt16)
  case badReserved(UInt16)
  /// The header names another place than the one the chunk was found in.
  case wrongPlace(PlaceField)
  /// The tag does not fit key, header and bytes.
  case authentication
  case badLength(UInt32)
  /// The padded length is not Padmé's, or a padding byte is not zero.
  case badPadding
  case badSignature
  case wrongRecipient
  case malformed(String)

  public enum PlaceField: String, Hashable, Sendable {
    case recording, stream, category, epoch, rawLength, index, sequence
  }
}

/// The 80 bytes before a sealed chunk's ciphertext (FXC1), which are its associated data.
public struct SealedHeader: Hashable, Sendable {
  public static let byteCount = 80
  static let magic: [UInt8] = [0x46, 0x58, 0x43, 0x31]

  public let address: ChunkAddress
  public let nonce: [UInt8]

  /// Reads and checks every field.
  public static func parse(_ bytes: [UInt8]) throws(SealError) -> SealedHeader {
    guard bytes.count >= byteCount + 4 + XAES256GCM.tagLength else {
      throw .truncated(length: bytes.count)
    }
    guard bytes.starts(with: magic) else { throw .badMagic }
    guard bytes[4] == 1 else { throw .badVersion(bytes[4]) }
    guard bytes[5] == 1 else { throw .badSuite(bytes[5]) }
    let flags = UInt16(number(bytes, 6, 2))
    guard flags & 2 != 0, flags & ~3 == 0 else { throw .badFlags(flags) }
    let reserved = UInt16(number(bytes, 30, 2))
    guard reserved == 0 else { throw .badReserved(reserved) }
    return SealedHeader(
      address: ChunkAddress(
        recording: [UInt8](bytes[8..<24]), stream: UInt32(number(bytes, 24, 4)),
        category: UInt16(number(bytes, 28, 2)), epoch: UInt32(number(bytes, 32, 4)),
        rawLength: UInt32(number(bytes, 36, 4)), index: number(bytes, 40, 8),
        sequence: number(bytes, 48, 8), isLast: flags & 1 != 0),
      nonce: [UInt8](bytes[56..<80]))
  }

  func encoded() -> [UInt8] {
    precondition(address.recording.count == 16 && nonce.count == 24)
    var bytes = Self.magic + [1, 1, address.isLast ? 3 : 2, 0] + address.recording
    Self.put(UInt64(address.stream), 4, &bytes)
    Self.put(UInt64(address.category), 2, &bytes)
    Self.put(0, 2, &bytes)
    Self.put(UInt64(address.epoch), 4, &bytes)
    Self.put(UInt64(address.rawLength), 4, &bytes)
    Self.put(address.index, 8, &bytes)
    Self.put(address.sequence, 8, &bytes)
    return bytes + nonce
  }

  /// Refuses a header that names another place; the first field that differs is named.
  public func check(place: ChunkAddress) throws(SealError) {
    if address.recording != place.recording { throw .wrongPlace(.recording) }
    if address.stream != place.stream { throw .wrongPlace(.stream) }
    if address.category != place.category { throw .wrongPlace(.category) }
    if address.epoch != place.epoch { throw .wrongPlace(.epoch) }
    if address.rawLength != place.rawLength { throw .wrongPlace(.rawLength) }
    if address.index != place.index { throw .wrongPlace(.index) }
    if address.sequence != place.sequence { throw .wrongPlace(.sequence) }
  }

  static func number(_ bytes: [UInt8], _ offset: Int, _ size: Int) -> UInt64 {
    (0..<size).reversed().reduce(0) { $0 << 8 | UInt64(bytes[offset + $1]) }
  }

  static func put(_ value: UInt64, _ size: Int, _ bytes: inout [UInt8]) {
    for place in 0..<size { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * UInt64(place)))) }
  }
}

/// Seals and opens chunks (FXC1) with contexts that are made once. Belongs to one thread.
public struct ChunkSealer: ~Copyable {
  private var cipher = XAES256GCM()

  public init() {}

  /// Header, padded ciphertext and tag, under a fresh random nonce.
  public mutating func seal(_ plaintext: [UInt8], at address: ChunkAddress, key: DataKey) -> [UInt8] {
    seal(plaintext, at: address, nonce: RandomBytes.make(XAES256GCM.nonceLength), key: key)
  }

  /// For vectors only: a nonce must never be used twice.
  mutating func seal(
    _ plaintext: [UInt8], at address: ChunkAddress, nonce: [UInt8], key: DataKey
  ) -> [UInt8] {
    let header = SealedHeader(address: address, nonce: nonce).encoded()
    let length = Padme.paddedLength(4 + plaintext.count)
    var inner: [UInt8] = []
    inner.reserveCapacity(length)
    SealedHeader.put(UInt64(plaintext.count), 4, &inner)
    inner += plaintext
    inner += repeatElement(0, count: length - inner.count)
    var sealed = header
    sealed.reserveCapacity(header.count + length + XAES256GCM.tagLength)
    cipher.seal(inner, nonce: nonce[...], aad: header[...], key: key, into: &sealed)
    return sealed
  }

  /// The plaintext of `sealed`, which must be the chunk of `place` when one is given.
  public mutating func open(
    _ sealed: [UInt8], key: DataKey, expecting place: ChunkAddress? = nil
  ) throws(SealError) -> [UInt8] {
    let header = try SealedHeader.parse(sealed)
    if let place { try header.check(place: place) }
    let inner = cipher.open(
      sealed[SealedHeader.byteCount...], nonce: header.nonce[...],
      aad: sealed[..<SealedHeader.byteCount], key: key)
    guard let inner else { throw .authentication }
    return try Self.unpad(inner)
  }

  private static func unpad(_ inner: [UInt8]) throws(SealError) -> [UInt8] {
    guard inner.count >= 4 else { throw .truncated(length: inner.count) }
    let length = UInt32(SealedHeader.number(inner, 0, 4))
    guard Int(length) <= inner.count - 4 else { throw .badLength(length) }
    guard Padme.paddedLength(4 + Int(length)) == inner.count,
      inner[(4 + Int(length))...].allSatisfy({ $0 == 0 })
    else { throw .badPadding }
    return [UInt8](inner[4..<4 + Int(length)])
  }
}
