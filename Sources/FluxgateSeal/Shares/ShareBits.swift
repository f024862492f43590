/// A share as numbers of ten bits, one a word: four of header, the padded value, three of checksum.
enum ShareBits {
  static let headLength = 4
  /// Of a secret. Nobody's is longer; SLIP-0039 itself names no end.
  static let byteCounts = 16...64
  static let wordCounts = wordCount(byteCounts.lowerBound)...wordCount(byteCounts.upperBound)

  private static func wordCount(_ byteCount: Int) -> Int {
    headLength + (byteCount * 8 + 9) / 10 + ShareChecksum.length
  }

  /// Identifier 15 bits, extendable 1, exponent 4; group 4, group threshold - 1, group count - 1,
  /// member, member threshold - 1.
  static func head(_ share: Share) -> [UInt16] {
    let set = share.set
    let first =
      UInt32(set.identifier) << 5 | (set.isExtendable ? 16 : 0) | UInt32(set.iterationExponent)
    let fields = [
      share.group, set.groupThreshold - 1, set.groupCount - 1, share.member,
      share.memberThreshold - 1,
    ]
    let second = fields.reduce(UInt32(0)) { $0 << 4 | UInt32($1) }
    return [first, second].flatMap { [UInt16($0 >> 10), UInt16($0 & 1023)] }
  }

  static func isExtendable(_ places: [UInt16]) -> Bool { places[1] >> 4 & 1 == 1 }

  /// The bytes as one big-endian number, with zero bits before it up to a multiple of ten.
  static func places(of bytes: [UInt8]) -> [UInt16] {
    let count = (bytes.count * 8 + 9) / 10
    var held = UInt32(0)
    var heldBits = count * 10 - bytes.count * 8
    var places: [UInt16] = []
    for byte in bytes {
      held = held << 8 | UInt32(byte)
      heldBits += 8
      guard heldBits >= 10 else { continue }
      heldBits -= 10
      places.append(UInt16(held >> UInt32(heldBits)))
      held &= (1 << UInt32(heldBits)) - 1
    }
    return places
  }

  /// - Throws: for a length that no share has, and for padding that is not zero.
  static func bytes(of places: [UInt16]) throws(ShareError) -> [UInt8] {
    let padding = places.count * 10 % 16
    let count = (places.count * 10 - padding) / 8
    guard padding <= 8, byteCounts.contains(count) else {
      throw .wordCount(places.count + headLength + ShareChecksum.length)
    }
    guard places[0] >> UInt16(10 - padding) == 0 else { throw .padding }
    var held = UInt32(0)
    var heldBits = -padding
    var bytes: [UInt8] = []
    for place in places {
      held = held << 10 | UInt32(place)
      heldBits += 10
      while heldBits >= 8 {
        heldBits -= 8
        bytes.append(UInt8(held >> UInt32(heldBits)))
        held &= (1 << UInt32(heldBits)) - 1
      }
    }
    return bytes
  }
}

/// RS1024: three words over GF(1024) that find up to three wrong words for certain.
enum ShareChecksum {
  static let length = 3

  private static let generator: [UInt32] = [
    0x00E0_E040, 0x01C1_C080, 0x0383_8100, 0x0707_0200, 0x0E0E_0009,
    0x1C0C_2412, 0x3808_6C24, 0x3090_FC48, 0x21B1_F890, 0x03F3_F120,
  ]

  static func make(_ places: [UInt16], isExtendable: Bool) -> [UInt16] {
    let rest = remainder(places + [0, 0, 0], isExtendable) ^ 1
    return [UInt16(rest >> 20), UInt16(rest >> 10 & 1023), UInt16(rest & 1023)]
  }

  static func fits(_ places: [UInt16], isExtendable: Bool) -> Bool {
    remainder(places, isExtendable) == 1
  }

  private static func remainder(_ places: [UInt16], _ isExtendable: Bool) -> UInt32 {
    let custom = (isExtendable ? "shamir_extendable" : "shamir").utf8.map { UInt32($0) }
    return (custom + places.map { UInt32($0) }).reduce(UInt32(1)) { sum, place in
      let top = sum >> 20
      let shifted = (sum & 0xF_FFFF) << 10 ^ place
      return generator.indices.reduce(shifted) {
        $0 ^ (top >> UInt32($1) & 1 == 1 ? generator[$1] : 0)
      }
    }
  }
}
