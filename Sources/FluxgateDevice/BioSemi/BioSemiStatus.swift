/// Word 1 of a sweep: trigger inputs and what the box says of itself.
///
/// Bits as the maker's pages on own acquisition software give them; see the driver's page.
struct BioSemiStatus: Equatable {
  /// The 24 bits above the eight that are always zero.
  var bits: UInt32

  init(word: UInt32) { bits = word >> 8 }

  /// Levels of the 16 trigger inputs.
  var triggers: UInt16 { UInt16(truncatingIfNeeded: bits) }
  var isNewEpoch: Bool { bits & 1 << 16 != 0 }
  var isInRange: Bool { bits & 1 << 20 != 0 }
  var isBatteryLow: Bool { bits & 1 << 22 != 0 }
  var isMark2: Bool { bits & 1 << 23 != 0 }
  /// 0...15; bit 3 stands apart from the others.
  var speed: Int { Int(bits >> 17 & 7 | bits >> 18 & 8) }

  /// The bits that do not change while a box stays in its mode.
  static let modeMask: UInt32 = 0x80_0000 | 0x20_0000 | 0x0E_0000
}
