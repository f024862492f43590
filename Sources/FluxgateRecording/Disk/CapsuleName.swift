/// What the name of a capsule's file says.
struct CapsuleName: Hashable, Sendable {
  var epoch: UInt32
  /// 16 hexadecimal digits of the recipient's key digest.
  var recipient: String
  /// 8 hexadecimal digits of the grant that its keys come from; nil for the patient's own.
  var grant: String?
  var file: String

  init?(_ file: String) {
    guard file.hasSuffix(".capsule") else { return nil }
    let parts = file.dropLast(8).split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2 || parts.count == 3, let epoch = UInt32(parts[0]), epoch > 0,
      padded(epoch) == parts[0], Self.areDigits(parts[1], 16)
    else { return nil }
    guard parts.count == 2 || Self.areDigits(parts[2], 8) else { return nil }
    self.epoch = epoch
    recipient = String(parts[1])
    grant = parts.count == 3 ? String(parts[2]) : nil
    self.file = file
  }

  private static func areDigits(_ text: Substring, _ count: Int) -> Bool {
    text.utf8.count == count
      && text.utf8.allSatisfy {
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || UInt8(ascii: "a")...UInt8(ascii: "f") ~= $0
      }
  }

  static func all(in folder: RecordingFolder) throws(RecordingError) -> [CapsuleName] {
    guard Disk.exists(folder.capsules) else { return [] }
    return try Disk.list(folder.capsules).compactMap(CapsuleName.init)
  }
}
