internal import FluxgateSeal

/// `EEEEEEEE-FFFFFFFFFFFFFFFF.capsule`: an epoch and the start of a recipient's fingerprint.
struct CapsuleFileName: Hashable, Sendable {
  let epoch: UInt32
  /// 16 lower-case hexadecimal digits.
  let recipient: String

  var text: String { "\(padded(epoch))-\(recipient).capsule" }

  init?(_ text: some StringProtocol) {
    let parts = String(text).split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, let epoch = segmentNumber(parts[0]), parts[1].hasSuffix(".capsule")
    else { return nil }
    let digits = parts[1].dropLast(8)
    guard digits.utf8.count == 16, recordingID(digits + digits) != nil else { return nil }
    self.epoch = epoch
    recipient = String(digits)
  }

  init(epoch: UInt32, recipient: KeyFingerprint) {
    self.epoch = epoch
    self.recipient = hexadecimal(recipient.bytes.prefix(8))
  }
}
