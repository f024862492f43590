/// How host and encrypted reader prove to each other that they hold the maker's keys.
///
/// The reader's challenge: nonce and IV. The host's answer: both nonces encrypted, signed. The reader's
/// word: both nonces the other way round, encrypted and signed.
public struct LibreHandshake: Sendable {
  public static let nonceCount = 8
  private static let ivCount = 7
  public static let request: [UInt8] = [0x11]
  static let challengeMark: UInt8 = 0x16
  static let answerMark: UInt8 = 0x17
  static let wordMark: UInt8 = 0x18

  private let keys: LibreVendorKeys
  private let serial: [UInt8]
  private let hostNonce: [UInt8]
  private let cipher: LibreSpeck
  private let signer: LibreSpeck
  private var readerNonce: [UInt8] = []

  /// - Parameters:
  ///   - serial: 13 characters, as the reader gives them.
  ///   - hostNonce: eight bytes that nobody can foresee.
  public init(_ keys: LibreVendorKeys, serial: [UInt8], hostNonce: [UInt8]) {
    self.keys = keys
    self.serial = serial
    self.hostNonce = hostNonce
    cipher = LibreSpeck(LibreSpeck(keys.authorizationEncryption).derive("AuthrEnc", serial))
    signer = LibreSpeck(LibreSpeck(keys.authorizationMAC).derive("AuthrMAC", serial))
  }

  /// - Parameter payload: of the reader's report 0x33.
  /// - Returns: the payload of the answer (0x14); nil where it is no challenge.
  public mutating func answer(_ payload: [UInt8]) -> [UInt8]? {
    guard payload.count >= 1 + Self.nonceCount + Self.ivCount, payload[0] == Self.challengeMark
    else { return nil }
    readerNonce = Array(payload[1..<9])
    let coded = cipher.stream(readerNonce + hostNonce, iv: Self.number(payload[9..<16]))
    let body = [Self.answerMark] + coded + [0x01]
    // Type and length are signed with it.
    return body + Self.bytes(signer.mac([0x14, 0x1A] + body))
  }

  /// - Parameter report: the reader's whole report.
  /// - Returns: the session; nil where the reader did not prove itself.
  public func session(_ report: [UInt8]) -> LibreSession? {
    guard report.count == 64, report[2] == Self.wordMark, !readerNonce.isEmpty else { return nil }
    let signed = Array(report[0..<26])
    guard Self.bytes(signer.mac(signed)).elementsEqual(report[26..<34]) else { return nil }
    let nonces = cipher.stream(Array(report[3..<19]), iv: Self.number(report[19..<26]))
    guard nonces == hostNonce + readerNonce else { return nil }
    return LibreSession(keys, serial: serial, readerNonce: readerNonce, hostNonce: hostNonce)
  }

  static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reduce(0) { $0 << 8 | UInt64($1) }
  }

  static func bytes(_ number: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: number >> UInt64($0 * 8)) }
  }
}
