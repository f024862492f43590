internal import FluxgateConsent
internal import FluxgateSeal

/// A consent that the ledger has an entry for, as the server's home keeps it.
struct KeptConsent: Hashable, Sendable {
  let consent: SignedConsent
  /// Of its entry.
  let index: UInt64
  /// When the server entered it, in seconds of UTC since 1970: from then on it counts.
  let at: Int64

  var id: ConsentID { consent.record.id }

  /// The file `receipts/<id>`.
  var bytes: [UInt8] {
    CBOR.array([.unsigned(1), .bytes(consent.bytes), .unsigned(index), .int(at)]).encoded()
  }

  init(consent: SignedConsent, index: UInt64, at: Int64) {
    self.consent = consent
    self.index = index
    self.at = at
  }

  init?(_ bytes: [UInt8]) {
    guard let parts = (try? CBOR.decode(bytes))?.arrayValue, parts.count == 4,
      parts[0] == .unsigned(1), let consent = parts[1].bytesValue, let index = parts[2].uint,
      let at = parts[3].int, let signed = try? SignedConsent(consent)
    else { return nil }
    self.init(consent: signed, index: index, at: at)
  }

  /// Every consent that a home keeps.
  static func all(in home: VaultHome) throws(ServiceError) -> [KeptConsent] {
    do throws(VaultError) {
      var found: [KeptConsent] = []
      for (name, _) in try Folders.list(home.receiptFolder) {
        let path = "\(home.receiptFolder)/\(name)"
        guard let kept = try HomeFile.read(path).flatMap(KeptConsent.init), kept.id.text == name
        else { throw VaultError.refused(path, .encoding) }
        found.append(kept)
      }
      return found
    } catch {
      if case .refused(let path, .encoding) = error { throw .damagedHome(path: path) }
      throw .of(error)
    }
  }
}
