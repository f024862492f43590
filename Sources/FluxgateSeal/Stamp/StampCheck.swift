internal import CCrypto
internal import Glibc

/// One reply on its way to being believed. Belongs to one thread.
struct StampCheck {
  private let reply: OwnedObject

  /// Reads DER, and the BER that real authorities write.
  init(_ bytes: [UInt8]) throws(StampError) {
    guard bytes.count <= TimeStamp.byteCountMax else { throw .tooLarge(bytes.count) }
    var consumed = 0
    // SAFETY: OpenSSL reads at most the array's bytes and copies what it keeps.
    let made = unsafe bytes.withUnsafeBufferPointer { buffer in
      var place = buffer.baseAddress
      let made = unsafe d2i_TS_RESP(nil, &place, buffer.count)
      if let start = buffer.baseAddress, let end = unsafe place {
        consumed = unsafe end - start
      }
      return unsafe made
    }
    ERR_clear_error()
    guard let made = unsafe made else { throw .malformed }
    reply = unsafe OwnedObject(made) { unsafe TS_RESP_free($0) }
    guard consumed == bytes.count else { throw .malformed }
  }

  /// Status 0 or 1, and a token with a time in it.
  func requireToken() throws(StampError) {
    // SAFETY: everything that is lent belongs to the reply, which outlives the calls.
    let (status, hasToken) = unsafe reply.with { reply in
      let info = unsafe TS_RESP_get_status_info(reply)
      let status = unsafe ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(info))
      return (status, unsafe TS_RESP_get_tst_info(reply) != nil)
    }
    guard status == 0 || status == 1 else { throw .rejected(status: status) }
    guard hasToken else { throw .malformed }
  }

  /// Seconds since 1970, and how far off they may be.
  func time() throws(StampError) -> (Int64, Int64) {
    // SAFETY: as above.
    let (seconds, hasFraction, microseconds) = unsafe reply.with { reply in
      let info = unsafe TS_RESP_get_tst_info(reply)
      return unsafe (
        fg_stamp_seconds(info), fg_stamp_has_fraction(info) == 1, fg_stamp_accuracy(info)
      )
    }
    guard seconds > 0, microseconds >= 0 else { throw .badTime }
    return (seconds, (microseconds + 999_999) / 1_000_000 + (hasFraction ? 1 : 0))
  }

  /// What OpenSSL's verification leaves open about the signer. Gives the signer's name.
  func requireSigner(_ roots: LoadedRoots) throws(StampError) -> String {
    // SAFETY: as above; the signer is lent by the reply or the roots, which both outlive this.
    let (digest, name) = unsafe reply.with { reply in
      let digest = unsafe fg_stamp_digest(reply)
      guard unsafe fg_stamp_signs_a_time(reply) == 1,
        let signer = unsafe roots.known.with({ unsafe fg_stamp_signer(reply, $0) }),
        unsafe fg_stamps_only(signer) == 1
      else { return (digest, String?.none) }
      return (digest, unsafe Self.subject(of: signer))
    }
    ERR_clear_error()
    guard let name else { throw .wrongSigner }
    guard [NID_sha256, NID_sha384, NID_sha512].contains(digest) else { throw .weakDigest }
    return name
  }

  /// Imprint, nonce, chain, purpose, certificate digest and signature, by OpenSSL.
  func verify(_ request: StampRequest, _ roots: LoadedRoots) throws(StampError) {
    let asked = Self.decoded(request)
    let context = unsafe OwnedObject(asked.with { unsafe TS_REQ_to_TS_VERIFY_CTX($0, nil) }) {
      unsafe TS_VERIFY_CTX_free($0)
    }
    ERR_clear_error()
    defer { ERR_clear_error() }
    // SAFETY: the context gets references of its own; the reply is lent.
    let fits = unsafe context.with { context in
      let isReady = unsafe roots.store.with { store in
        unsafe roots.known.with { unsafe fg_verification_trust(context, store, $0) == 1 }
      }
      precondition(isReady, "no memory for a verification")
      return unsafe reply.with { unsafe TS_RESP_verify_response(context, $0) == 1 }
    }
    if !fits { throw Self.lastRefusal() }
  }

  private static func decoded(_ request: StampRequest) -> OwnedObject {
    let bytes = request.bytes
    // SAFETY: OpenSSL reads at most the array's bytes and copies what it keeps.
    let made = unsafe bytes.withUnsafeBufferPointer { buffer in
      var place = buffer.baseAddress
      return unsafe d2i_TS_REQ(nil, &place, buffer.count)
    }
    return unsafe OwnedObject(made) { unsafe TS_REQ_free($0) }
  }

  private static func subject(of certificate: OpaquePointer) -> String {
    var text = [CChar](repeating: 0, count: 256)
    // SAFETY: OpenSSL writes at most the buffer's size, a zero included, and escapes what is not
    // ASCII.
    _ = unsafe X509_NAME_oneline(X509_get_subject_name(certificate), &text, Int32(text.count))
    return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  private static func lastRefusal() -> StampError {
    var detail: UnsafePointer<CChar>?
    var flags: Int32 = 0
    let code = unsafe ERR_peek_last_error_data(&detail, &flags)
    // SAFETY: the text belongs to the error queue, which is cleared after this.
    let text = unsafe detail.map { unsafe String(cString: $0) } ?? ""
    if ERR_GET_LIB(code) == ERR_LIB_ESS { return .wrongSigner }
    guard ERR_GET_LIB(code) == ERR_LIB_TS else { return .refused(reason(code)) }
    return switch ERR_GET_REASON(code) {
    case TS_R_MESSAGE_IMPRINT_MISMATCH: .wrongImprint
    case TS_R_NONCE_MISMATCH, TS_R_NONCE_NOT_RETURNED: .wrongNonce
    case TS_R_CERTIFICATE_VERIFY_ERROR: .untrusted(text)
    case TS_R_SIGNATURE_FAILURE: .badSignature
    case TS_R_THERE_MUST_BE_ONE_SIGNER, TS_R_ESS_SIGNING_CERTIFICATE_ERROR,
      TS_R_TSA_NAME_MISMATCH:
      .wrongSigner
    default: .refused(reason(code))
    }
  }

  private static func reason(_ code: UInt) -> String {
    // SAFETY: a static text of OpenSSL's, or nil.
    unsafe ERR_reason_error_string(code).map { unsafe String(cString: $0) } ?? "code \(code)"
  }
}
