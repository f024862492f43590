public import FluxgateDevice

extension VirtualLibre {
  /// Keys of no maker: for a virtual reader and whoever is to read it.
  public static func testKeys(seed: UInt64) -> LibreVendorKeys {
    var random = SeededRandom(seed: seed)
    func key() -> LibreKey { LibreKey(high: random.next(), low: random.next()) }
    return LibreVendorKeys(
      authorizationEncryption: key(), authorizationMAC: key(), sessionEncryption: key(),
      sessionMAC: key())
  }
}

/// The reader's side of an encrypted conversation, with random keys of no maker.
struct VirtualLibreSecurity {
  private let keys: LibreVendorKeys
  private let serial = Array(VirtualLibre.serial.utf8)
  private let cipher: LibreSpeck
  private let signer: LibreSpeck
  private var random: SeededRandom
  private var nonce: [UInt8] = []
  private var session: LibreSession?
  private var counter: UInt32 = 0

  init(_ keys: LibreVendorKeys, seed: UInt64) {
    self.keys = keys
    random = SeededRandom(seed: seed &+ 31)
    cipher = LibreSpeck(LibreSpeck(keys.authorizationEncryption).derive("AuthrEnc", serial))
    signer = LibreSpeck(LibreSpeck(keys.authorizationMAC).derive("AuthrMAC", serial))
  }

  mutating func forget() {
    session = nil
    nonce = []
  }

  /// What the host sent; nil where it has to be encrypted and is not.
  func open(_ report: [UInt8]) -> [UInt8]? {
    LibreSession.isClear(report[0]) ? report : session?.openFromHost(report)
  }

  mutating func seal(_ report: [UInt8]) -> [UInt8] {
    guard let session, !LibreSession.isClear(report[0]) else { return report }
    counter &+= 1
    return session.seal(report, counter: counter)
  }

  /// - Returns: the payload of the answer, and the length that it states: the last one states two
  ///   bytes more than are known, as real readers do.
  mutating func answer(_ payload: [UInt8]) -> (payload: [UInt8], length: Int)? {
    if payload == [0x11] { return challenge() }
    guard payload.count == 26, payload[0] == 0x17, nonce.count == 8 else { return ([0x14], 1) }
    let check = bytes(signer.mac([0x14, 0x1A] + payload[0..<18]))
    guard check == Array(payload[18..<26]) else { return ([0x14], 1) }
    let nonces = cipher.stream(Array(payload[1..<17]), iv: iv)
    guard Array(nonces[0..<8]) == nonce else { return ([0x14], 1) }
    return accept(hostNonce: Array(nonces[8..<16]))
  }

  private mutating func challenge() -> (payload: [UInt8], length: Int) {
    session = nil
    nonce = bytes(random.next())
    iv = random.next() >> 8
    return ([0x16] + nonce + ivBytes, 16)
  }

  private mutating func accept(hostNonce: [UInt8]) -> (payload: [UInt8], length: Int) {
    iv = random.next() >> 8
    let body = [0x18] + cipher.stream(hostNonce + nonce, iv: iv) + ivBytes
    session = LibreSession(keys, serial: serial, readerNonce: nonce, hostNonce: hostNonce)
    return (body + bytes(signer.mac([0x33, 0x22] + body)), 0x22)
  }

  private var iv: UInt64 = 0
  private var ivBytes: [UInt8] {
    (0..<7).map { UInt8(truncatingIfNeeded: iv >> UInt64(48 - $0 * 8)) }
  }

  private func bytes(_ number: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: number >> UInt64($0 * 8)) }
  }
}
