internal import FluxgateConsent
internal import FluxgateSeal

/// `EEEEEEEE-FFFFFFFFFFFFFFFF.capsule`: an epoch and the start of a recipient's fingerprint. With
/// `-GGGGGGGG` behind them the patient made it later, under the grant whose id starts so.
struct CapsuleFileName: Hashable, Sendable {
  let epoch: UInt32
  /// 16 lower-case hexadecimal digits.
  let recipient: String
  /// 8 lower-case hexadecimal digits; nil for what the gateway made while it recorded.
  let grant: String?

  var text: String {
    "\(padded(epoch))-\(recipient)\(grant.map { "-" + $0 } ?? "").capsule"
  }

  init?(_ text: some StringProtocol) {
    guard text.hasSuffix(".capsule") else { return nil }
    let parts = String(text.dropLast(8)).split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2 || parts.count == 3, let epoch = segmentNumber(parts[0]),
      Self.areDigits(parts[1], 16), parts.count == 2 || Self.areDigits(parts[2], 8)
    else { return nil }
    self.epoch = epoch
    recipient = String(parts[1])
    grant = parts.count == 3 ? String(parts[2]) : nil
  }

  init(epoch: UInt32, recipient: KeyFingerprint, grant: ConsentID? = nil) {
    self.epoch = epoch
    self.recipient = hexadecimal(recipient.bytes.prefix(8))
    self.grant = grant.map { hexadecimal($0.bytes.prefix(4)) }
  }

  /// Whether it is for the holder of a key, whoever made it.
  func isFor(_ reader: KeyFingerprint) -> Bool {
    recipient == hexadecimal(reader.bytes.prefix(8))
  }

  private static func areDigits(_ text: Substring, _ count: Int) -> Bool {
    text.utf8.count == count
      && text.utf8.allSatisfy {
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || UInt8(ascii: "a")...UInt8(ascii: "f") ~= $0
      }
  }
}
