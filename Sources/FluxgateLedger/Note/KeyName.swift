/// The rule for key names: not empty, no Unicode space, no plus sign, no control character.
enum KeyName {
  static func isValid(_ name: some StringProtocol) -> Bool {
    !name.isEmpty
      && name.unicodeScalars.allSatisfy {
        !$0.properties.isWhitespace && $0 != "+" && $0.value >= 0x20
      }
  }
}

extension StringProtocol {
  /// Byte for byte: Swift's own `==` would take two spellings of an accent for one name.
  func isSpelled(like other: some StringProtocol) -> Bool { utf8.elementsEqual(other.utf8) }
}
