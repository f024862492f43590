/// What the name of a capsule's file says.
struct CapsuleName: Hashable, Sendable {
  var epoch: UInt32
  /// 16 hexadecimal digits of the recipient's key digest.
  var recipient: String
  /// 8 hexadecimal digits: the start of the id of the grant or tombstone for which the patient's
  /// machine made it; nil for the gateway's own.
  var cause: String?
  var file: String

  init?(_ file: String) {
    guard file.hasSuffix(".capsule") else { return nil }
    let parts = file.dropLast(8).split(separator: "-", omittingEmptySubsequences: false)
    guard 2...3 ~= parts.count, let epoch = UInt32(parts[0]), epoch > 0, padded(epoch) == parts[0],
      Self.isDigits(parts[1], count: 16), parts.count == 2 || Self.isDigits(parts[2], count: 8)
    else { return nil }
    self.epoch = epoch
    recipient = String(parts[1])
    cause = parts.count == 3 ? String(parts[2]) : nil
    self.file = file
  }

  private static func isDigits(_ text: Substring, count: Int) -> Bool {
    text.count == count && text.allSatisfy { $0.isHexDigit && $0.isASCII && !$0.isUppercase }
  }

  static func all(in folder: RecordingFolder) throws(RecordingError) -> [CapsuleName] {
    guard Disk.exists(folder.capsules) else { return [] }
    return try Disk.list(folder.capsules).compactMap(CapsuleName.init)
  }
}
