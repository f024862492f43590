internal import FluxgateConsent
internal import FluxgateSeal

/// `EEEEEEEE-FFFFFFFFFFFFFFFF.capsule`: an epoch and the start of a recipient's fingerprint. With
/// `-GGGGGGGG` behind them its keys come from the grant whose id starts so. A second capsule under one
/// grant has the id's next eight digits there.
struct CapsuleFileName: Hashable, Sendable {
  let epoch: UInt32
  /// 16 lower-case hexadecimal digits.
  let recipient: String
  /// 8 lower-case hexadecimal digits; nil for the patient's own.
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
    self.init(epoch: epoch, recipient: recipient, digits: grant.map { Self.digits(of: $0)[0] })
  }

  private init(epoch: UInt32, recipient: KeyFingerprint, digits: String?) {
    self.epoch = epoch
    self.recipient = hexadecimal(recipient.bytes.prefix(8))
    grant = digits
  }

  /// The names that capsules under one grant may have, in the order in which they are taken.
  static func all(
    epoch: UInt32, recipient: KeyFingerprint, grant: ConsentID
  ) -> [CapsuleFileName] {
    digits(of: grant).map {
      CapsuleFileName(epoch: epoch, recipient: recipient, digits: $0)
    }
  }

  func isUnder(_ grant: ConsentID) -> Bool {
    self.grant.map(Self.digits(of: grant).contains) ?? false
  }

  private static func digits(of grant: ConsentID) -> [String] {
    stride(from: 0, to: ConsentID.byteCount, by: 4).map { hexadecimal(grant.bytes[$0..<$0 + 4]) }
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
