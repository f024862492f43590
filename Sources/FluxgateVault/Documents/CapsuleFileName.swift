internal import FluxgateSeal

/// `EEEEEEEE-FFFFFFFFFFFFFFFF.capsule`: an epoch and the start of a recipient's fingerprint.
struct CapsuleFileName: Hashable, Sendable {
  let epoch: UInt32
  /// 16 lower-case hexadecimal digits.
  let recipient: String

  var text: String { "\(padded(epoch))-\(recipient).capsule" }

  init?(_ text: some StringProtocol) {
    let parts = String(text).split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, let epoch = segmentNumber(parts[0]), parts[1].hasSuffix(".capsule"),
      let digits = Hex.bytes(String(parts[1].dropLast(8))), digits.count == 8
    else { return nil }
    self.epoch = epoch
    recipient = Hex.text(digits)
  }
}
