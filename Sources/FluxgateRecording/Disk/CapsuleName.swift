/// What the name of a capsule's file says.
struct CapsuleName: Hashable, Sendable {
  var epoch: UInt32
  /// 16 hexadecimal digits of the recipient's key digest.
  var recipient: String
  var file: String

  init?(_ file: String) {
    let parts = file.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[1].hasSuffix(".capsule"), let epoch = UInt32(parts[0]),
      epoch > 0, padded(epoch) == parts[0]
    else { return nil }
    let recipient = parts[1].dropLast(8)
    guard recipient.count == 16,
      recipient.allSatisfy({ $0.isHexDigit && !$0.isUppercase })
    else { return nil }
    self.epoch = epoch
    self.recipient = String(recipient)
    self.file = file
  }

  static func all(in folder: RecordingFolder) throws(RecordingError) -> [CapsuleName] {
    guard Disk.exists(folder.capsules) else { return [] }
    return try Disk.list(folder.capsules).compactMap(CapsuleName.init)
  }
}
