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

/// The 80 bytes before a sealed chunk's ciphertext (FXC1), which are its associated data.
public struct SealedHeader: Hashable, Sendable {
  public static let byteCount = 80
  /// No sealed chunk is longer; a chunk holds 1 MiB of raw samples at most.
  public static let sealedByteCountMax = 64 << 20
  static let magic: [UInt8] = [0x46, 0x58, 0x43, 0x31]

  public let address: ChunkAddress
  public let nonce: [UInt8]

  /// Reads and checks every field of a whole sealed chunk, without a key.
  public static func parse(_ bytes: [UInt8]) throws(SealError) -> SealedHeader {
    guard bytes.count >= byteCount + 4 + XAES256GCM.tagLength else {
      throw .truncated(length: bytes.count)
    }
    guard bytes.count <= sealedByteCountMax else {
      throw .badLength(UInt32(clamping: bytes.count))
    }
    guard bytes.starts(with: magic) else { throw .badMagic }
    guard bytes[4] == 1 else { throw .badVersion(bytes[4]) }
    guard bytes[5] == 1 else { throw .badSuite(bytes[5]) }
    let flags = UInt16(number(bytes, 6, 2))
    guard flags & 2 != 0, flags & ~3 == 0 else { throw .badFlags(flags) }
    let reserved = UInt16(number(bytes, 30, 2))
    guard reserved == 0 else { throw .badReserved(reserved) }
    let header = read(bytes, isLast: flags & 1 != 0)
    // Sequences count from 1, so that nothing zeroed passes for a first chunk.
    guard header.address.sequence > 0 else { throw .wrongPlace(.sequence) }
    return header
  }

  private static func read(_ bytes: [UInt8], isLast: Bool) -> SealedHeader {
    SealedHeader(
      address: ChunkAddress(
        recording: [UInt8](bytes[8..<24]), stream: UInt32(number(bytes, 24, 4)),
        category: UInt16(number(bytes, 28, 2)), epoch: UInt32(number(bytes, 32, 4)),
        rawLength: UInt32(number(bytes, 36, 4)), index: number(bytes, 40, 8),
        sequence: number(bytes, 48, 8), isLast: isLast),
      nonce: [UInt8](bytes[56..<80]))
  }

  func encoded() -> [UInt8] {
    precondition(address.recording.count == 16 && nonce.count == 24 && address.sequence > 0)
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
  ///
  /// `isLast` is no part of a place: whoever knows where the stream ends compares it.
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
