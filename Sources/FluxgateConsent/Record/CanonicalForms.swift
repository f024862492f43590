internal import FluxgateSeal

/// Sets as arrays with one spelling: the encoded elements rise byte by byte, none occurs twice.
enum CanonicalSet {
  static let countMax = 64

  static func cbor(_ items: [CBOR]) -> CBOR {
    .array(items.sorted { $0.encoded().lexicographicallyPrecedes($1.encoded()) })
  }

  static func read<Element: Hashable>(
    _ value: CBOR, _ element: (CBOR) -> Element?
  ) -> Set<Element>? {
    guard let items = value.arrayValue, items.count <= countMax else { return nil }
    let coded = items.map { $0.encoded() }
    guard zip(coded, coded.dropFirst()).allSatisfy({ $0.lexicographicallyPrecedes($1) })
    else { return nil }
    let elements = items.compactMap(element)
    return elements.count == items.count ? Set(elements) : nil
  }
}

/// Whole seconds of UTC from 1970 to the end of the year 9999: sums of them never overflow.
enum Instant {
  static let last: Int64 = 253_402_300_799

  static func read(_ value: CBOR) -> Int64? {
    value.uint.flatMap(Int64.init(exactly:)).flatMap { $0 <= last ? $0 : nil }
  }

  /// One end of a window: nil for what is neither an instant nor null, `.some(nil)` for null.
  static func readEnd(_ value: CBOR) -> Int64?? {
    value == .null ? .some(nil) : read(value).map(Optional.some)
  }

  static func cbor(_ window: TimeWindow) -> CBOR {
    .array([window.from.map(CBOR.int) ?? .null, window.until.map(CBOR.int) ?? .null])
  }
}

/// The spelling of codes. Whether a code is in a code system is for who writes a record.
enum Code {
  /// HL7 v3-ActReason: upper-case letters and digits.
  static func isPurpose(_ text: String) -> Bool {
    1...16 ~= text.utf8.count
      && text.utf8.allSatisfy { 0x41...0x5A ~= $0 || 0x30...0x39 ~= $0 }
  }

  /// `DUO:` and seven digits.
  static func isTerm(_ text: String) -> Bool {
    text.utf8.count == 11 && text.hasPrefix("DUO:")
      && text.utf8.dropFirst(4).allSatisfy { 0x30...0x39 ~= $0 }
  }

  static func isReason(_ text: String) -> Bool {
    1...32 ~= text.utf8.count
      && text.utf8.allSatisfy { 0x61...0x7A ~= $0 || 0x30...0x39 ~= $0 || $0 == 0x2D }
  }

  static func checked(_ value: CBOR, _ isGood: (String) -> Bool) -> String? {
    value.textValue.flatMap { isGood($0) ? $0 : nil }
  }
}
