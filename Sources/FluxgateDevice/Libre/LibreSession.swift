/// The keys of one conversation with an encrypted reader, and what they do to reports.
///
/// In a report's 64 bytes the type stays clear, 55 are encrypted, four count and four are the upper
/// half of the MAC over all before them.
public struct LibreSession: Sendable {
  private static let coded = 1..<56
  private static let counted = 56..<60
  private static let hostIV: UInt64 = 0xFF
  /// Types that are never encrypted.
  private static let clear: Set<UInt8> = [
    0x01, 0x04, 0x05, 0x06, 0x0C, 0x0D, 0x14, 0x15, 0x22, 0x33, 0x34, 0x35, 0x71,
  ]

  private let cipher: LibreSpeck
  private let signer: LibreSpeck

  public init(
    _ keys: LibreVendorKeys, serial: [UInt8], readerNonce: [UInt8], hostNonce: [UInt8]
  ) {
    let context = serial + readerNonce + hostNonce
    cipher = LibreSpeck(LibreSpeck(keys.sessionEncryption).derive("SessnEnc", context))
    signer = LibreSpeck(LibreSpeck(keys.sessionMAC).derive("SessnMAC", context))
  }

  public static func isClear(_ kind: UInt8) -> Bool { clear.contains(kind) }

  /// A report as it goes over the wire; `counter` is the reader's, 0 for the host.
  public func seal(_ report: [UInt8], counter: UInt32? = nil) -> [UInt8] {
    guard report.count == 64, !Self.isClear(report[0]) else { return report }
    var sealed = report
    let count = counter ?? 0
    let bytes = (0..<4).map { UInt8(truncatingIfNeeded: count >> UInt32(24 - $0 * 8)) }
    sealed.replaceSubrange(
      Self.coded, with: cipher.stream(Array(report[Self.coded]), iv: iv(counter)))
    sealed.replaceSubrange(Self.counted, with: bytes)
    sealed.replaceSubrange(60..<64, with: tag(of: sealed))
    return sealed
  }

  /// - Returns: nil where the MAC is wrong.
  public func open(_ sealed: [UInt8]) -> [UInt8]? {
    guard sealed.count == 64 else { return nil }
    if Self.isClear(sealed[0]) { return sealed }
    guard tag(of: sealed).elementsEqual(sealed[60..<64]) else { return nil }
    let counter = sealed[Self.counted].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    return with(sealed, iv: UInt64(counter) << 8)
  }

  /// For the reader's side of a simulation: what the host sent.
  public func openFromHost(_ sealed: [UInt8]) -> [UInt8]? {
    guard sealed.count == 64, tag(of: sealed).elementsEqual(sealed[60..<64]) else { return nil }
    return with(sealed, iv: Self.hostIV)
  }

  private func with(_ sealed: [UInt8], iv: UInt64) -> [UInt8] {
    var report = sealed
    report.replaceSubrange(Self.coded, with: cipher.stream(Array(sealed[Self.coded]), iv: iv))
    return report
  }

  private func iv(_ counter: UInt32?) -> UInt64 { counter.map { UInt64($0) << 8 } ?? Self.hostIV }

  private func tag(of report: [UInt8]) -> [UInt8] {
    let mac = signer.mac(Array(report[0..<60]))
    return (4..<8).map { UInt8(truncatingIfNeeded: mac >> UInt64($0 * 8)) }
  }
}
