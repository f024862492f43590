/// Speck64/128, the cipher of encrypted readers, with the stream mode, MAC and key derivation that
/// they use.
///
/// Speck: Beaulieu and others, "The SIMON and SPECK families of lightweight block ciphers", 2013.
/// Modes as restated from freestyle-hid (Apache-2.0). 64 bits are two words, the upper one first in
/// the paper's notation; bytes are taken little-endian.
public struct LibreSpeck: Sendable {
  private static let rounds = 27
  private static let reduction: UInt64 = 0x1B

  private let roundKeys: [UInt32]

  /// - Parameter key: 128 bits, their lower half first.
  public init(_ key: LibreKey) {
    var schedule = [UInt32(truncatingIfNeeded: key.low)]
    var rest = [
      UInt32(truncatingIfNeeded: key.low >> 32), UInt32(truncatingIfNeeded: key.high),
      UInt32(truncatingIfNeeded: key.high >> 32),
    ]
    for round in 0..<UInt32(Self.rounds - 1) {
      let (left, right) = Self.mix(rest[Int(round)], schedule[Int(round)], round)
      rest.append(left)
      schedule.append(right)
    }
    roundKeys = schedule
  }

  public func encrypt(block: UInt64) -> UInt64 {
    var left = UInt32(truncatingIfNeeded: block >> 32)
    var right = UInt32(truncatingIfNeeded: block)
    for key in roundKeys { (left, right) = Self.mix(left, right, key) }
    return UInt64(left) << 32 | UInt64(right)
  }

  /// Both ways: adds the cipher's stream to `bytes`.
  public func stream(_ bytes: [UInt8], iv: UInt64) -> [UInt8] {
    var counter = iv.byteSwapped
    var result: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 8) {
      let key = encrypt(block: counter)
      for place in start..<min(start + 8, bytes.count) {
        result.append(bytes[place] ^ UInt8(truncatingIfNeeded: key >> UInt64((place - start) * 8)))
      }
      counter &+= 1
    }
    return result
  }

  /// CMAC over blocks of eight bytes.
  public func mac(_ bytes: [UInt8]) -> UInt64 {
    let whole = Self.doubled(encrypt(block: 0).byteSwapped)
    let part = Self.doubled(whole)
    var state: UInt64 = 0
    var start = 0
    while start + 8 < bytes.count {
      state = encrypt(block: state ^ Self.word(bytes[start..<start + 8]))
      start += 8
    }
    let last = bytes[min(start, bytes.count)...]
    let mask = last.count == 8 ? whole : part
    let padded = last.count == 8 ? Array(last) : Array(last) + [0x80]
    return encrypt(block: state ^ Self.word(padded[...]) ^ mask.byteSwapped)
  }

  public func derive(_ label: String, _ context: [UInt8]) -> LibreKey {
    let data = Array(label.utf8) + [0] + context + [0x80, 0x00]
    return LibreKey(high: mac([2] + data), low: mac([1] + data))
  }

  private static func mix(_ left: UInt32, _ right: UInt32, _ key: UInt32) -> (UInt32, UInt32) {
    let upper = ((left >> 8 | left << 24) &+ right) ^ key
    return (upper, (right << 3 | right >> 29) ^ upper)
  }

  private static func doubled(_ number: UInt64) -> UInt64 {
    number << 1 ^ (number >> 63 != 0 ? reduction : 0)
  }

  private static func word(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}

/// 128 bits.
public struct LibreKey: Sendable, Equatable {
  public var high: UInt64
  public var low: UInt64

  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// 32 hexadecimal digits, the highest first.
  public init?(_ digits: some StringProtocol) {
    guard digits.utf8.count == 32, digits.allSatisfy(\.isHexDigit),
      let high = UInt64(digits.prefix(16), radix: 16),
      let low = UInt64(digits.suffix(16), radix: 16)
    else { return nil }
    self.init(high: high, low: low)
  }
}
