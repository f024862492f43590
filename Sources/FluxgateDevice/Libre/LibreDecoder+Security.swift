internal import FluxgateSignal

/// The part of a conversation that only encrypted readers have.
extension LibreDecoder {
  private static let serialCount = 13

  /// Without keys an encrypted reader is named and left alone.
  func takeEncrypted(serial payload: [UInt8], at now: HostTime, _ port: DevicePort) {
    let serial = payload.prefix(Self.serialCount)
    let name = LibreText.word(Array(serial))
    guard let path = settings?.keys else {
      return refuse(
        "reader \(name) is an encrypted model: the maker's keys are needed and are no part of "
          + "Fluxgate; name your file of them in the setting `keys`", port)
    }
    guard let keys = LibreVendorKeys(file: path) else {
      return refuse("the setting `keys`: \(path) holds no four keys", port)
    }
    var random = SystemRandomNumberGenerator()
    let nonce = (0..<LibreHandshake.nonceCount).map { _ in UInt8.random(in: 0...255, using: &random)
    }
    handshake = LibreHandshake(keys, serial: Array(serial), hostNonce: nonce)
    ask(.challenge, attempt: 1, at: now, port)
  }

  func takeSecurity(_ bytes: [UInt8], _ report: LibreReport, at now: HostTime, _ port: DevicePort) {
    guard case .waiting(.challenge, let attempt, _, _) = conversation else { return }
    switch report.payload.first {
    case LibreHandshake.challengeMark:
      guard let answer = handshake?.answer(report.payload) else { return }
      port.send(LibreReport.bytes(LibreReport.Kind.security, answer))
    case LibreHandshake.wordMark:
      session = handshake?.session(bytes)
      guard session != nil else { return refuse("the reader does not hold the keys given", port) }
      ask(.initialise, attempt: 1, at: now, port)
    case 0x14: refuse("the reader does not take the keys given", port)
    default: tryAgain(.challenge, attempt, at: now, port)
    }
  }

  private func refuse(_ words: String, _ port: DevicePort) {
    conversation = .closed
    port.refuse(.unsupported(what: words))
  }
}
