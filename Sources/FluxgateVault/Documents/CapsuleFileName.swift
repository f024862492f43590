internal import FluxgateSeal

/// `EEEEEEEE-FFFFFFFFFFFFFFFF.capsule`: an epoch and the start of a recipient's fingerprint.
///
/// What the patient's machine makes later ends in `-GGGGGGGG.capsule`: the start of the id of the
/// grant, or of the tombstone that left these keys over.
struct CapsuleFileName: Hashable, Sendable {
  let epoch: UInt32
  /// 16 lower-case hexadecimal digits.
  let recipient: String
  /// 8 lower-case hexadecimal digits.
  let cause: String?

  var text: String {
    "\(padded(epoch))-\(recipient)\(cause.map { "-\($0)" } ?? "").capsule"
  }

  init?(_ text: some StringProtocol) {
    guard text.hasSuffix(".capsule") else { return nil }
    let parts = String(text).dropLast(8).split(separator: "-", omittingEmptySubsequences: false)
    guard 2...3 ~= parts.count, let epoch = segmentNumber(parts[0]),
      Self.isDigits(parts[1], count: 16), parts.count == 2 || Self.isDigits(parts[2], count: 8)
    else { return nil }
    self.epoch = epoch
    recipient = String(parts[1])
    cause = parts.count == 3 ? String(parts[2]) : nil
  }

  /// - Parameter cause: the id whose start is named.
  init(epoch: UInt32, recipient: KeyFingerprint, cause: [UInt8]? = nil) {
    self.epoch = epoch
    self.recipient = hexadecimal(recipient.bytes.prefix(8))
    self.cause = cause.map { hexadecimal($0.prefix(4)) }
  }

  private static func isDigits(_ text: Substring, count: Int) -> Bool {
    text.utf8.count == count
      && text.utf8.allSatisfy {
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || UInt8(ascii: "a")...UInt8(ascii: "f") ~= $0
      }
  }
}
