public import FluxgateSeal

/// A consent record as it is kept and sent: `[body, signature]` in deterministic CBOR.
public struct SignedConsent: Hashable, Sendable {
  public static let domain = "fluxgate/v1/consent"
  public static let byteCountMax = 8192

  public let record: ConsentRecord
  /// The file, as it came.
  public let bytes: [UInt8]
  private let signed: SignedRecord

  /// Checks the form only; who signed is for ``verify(by:)`` and ``ConsentBook``.
  public init(_ bytes: [UInt8]) throws(ConsentError) {
    guard bytes.count <= Self.byteCountMax else { throw .tooLong(byteCount: bytes.count) }
    do {
      signed = try SignedRecord(bytes, byteCountMax: Self.byteCountMax)
      var fields = try signed.fields()
      record = try ConsentRecord(&fields)
      try fields.end()
    } catch {
      throw ConsentError(error)
    }
    self.bytes = bytes
  }

  /// - Parameters:
  ///   - record: of a form that ``init(_:)`` accepts; another is a mistake in the program.
  ///   - key: of the signer that the record names.
  public static func sign(_ record: ConsentRecord, by key: SigningKey) -> SignedConsent {
    let signed = SignedRecord(record.cbor, domain: domain, by: key)
    do throws(ConsentError) {
      return try SignedConsent(signed.encoded)
    } catch {
      preconditionFailure("no consent record can hold this: \(error)")
    }
  }

  public func verify(by key: VerifyingKey) throws(ConsentError) {
    do {
      try signed.check(domain: Self.domain, by: key)
    } catch {
      throw .badSignature
    }
  }
}

extension ConsentError {
  init(_ error: SealError) {
    self =
      switch error {
      case .badSignature: .badSignature
      case .malformed(let field): .malformed(field)
      default: .malformed("signed record")
      }
  }
}
