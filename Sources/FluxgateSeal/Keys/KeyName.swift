/// The names that people see beside keys.
enum KeyName {
  /// A patient's or grantee's label: one line of 1 to 100 bytes without invisible characters, which
  /// could make two names look alike.
  static func isLabel(_ name: String) -> Bool {
    guard 1...100 ~= name.utf8.count, name.first != " ", name.last != " " else { return false }
    return name.unicodeScalars.allSatisfy { scalar in
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse,
        .unassigned:
        false
      default: true
      }
    }
  }

  /// A log's name: 1 to 100 visible ASCII characters without "+", as every signed note can hold it.
  static func isLogName(_ name: String) -> Bool {
    1...100 ~= name.utf8.count && name.utf8.allSatisfy { 0x21...0x7E ~= $0 && $0 != 0x2B }
  }
}
