internal import CCrypto

/// The certificates that an authority's stamps must lead to, in PEM.
///
/// Those that sign themselves are trusted. The others help to build a chain and are not: they are
/// for authorities whose replies leave their own certificates out.
public struct StampRoots: Hashable, Sendable {
  public static let byteCountMax = 1 << 20
  public let pem: [UInt8]

  public init(pem: [UInt8]) throws(StampError) {
    guard pem.count <= Self.byteCountMax else { throw .badRoots }
    self.pem = pem
    _ = try load(asOf: 0)
  }

  /// The certificates as OpenSSL wants them, judged as of `time` in seconds since 1970.
  func load(asOf time: Int64) throws(StampError) -> LoadedRoots {
    let loaded = unsafe LoadedRoots(
      store: OwnedObject(X509_STORE_new()) { unsafe X509_STORE_free($0) },
      known: OwnedObject(fg_certificates_new()) { unsafe fg_certificates_free($0) })
    ERR_clear_error()
    defer { ERR_clear_error() }
    // SAFETY: the reader is freed before the array that it reads from goes.
    let count = unsafe pem.withUnsafeBytes { bytes in
      let text = unsafe OwnedObject(BIO_new_mem_buf(bytes.baseAddress, Int32(bytes.count))) {
        unsafe BIO_free($0)
      }
      return unsafe text.with { unsafe loaded.add(allIn: $0) }
    }
    guard count > 0 else { throw .badRoots }
    loaded.judge(asOf: time)
    return loaded
  }
}

/// Trusted certificates in a store, and all of them in a list to look signers up in.
struct LoadedRoots {
  let store: OwnedObject
  let known: OwnedObject

  /// How many there were; 0 where the text does not end as PEM.
  fileprivate func add(allIn text: OpaquePointer) -> Int {
    var count = 0
    // SAFETY: store and list keep references of their own to what they are lent.
    while let one = unsafe fg_pem_next(text) {
      if unsafe X509_self_signed(one, 1) == 1 {
        _ = unsafe store.with { unsafe X509_STORE_add_cert($0, one) }
      }
      if unsafe known.with({ unsafe fg_certificates_add($0, one) }) != 1 { return 0 }
      count += 1
    }
    return fg_pem_at_end() == 1 ? count : 0
  }

  fileprivate func judge(asOf time: Int64) {
    // SAFETY: the parameters belong to the store, which outlives the call.
    unsafe store.with { store in
      let parameters = unsafe X509_STORE_get0_param(store)
      unsafe X509_VERIFY_PARAM_set_time(parameters, time_t(time))
      // 112 bits: what is weaker today dates nothing for decades.
      unsafe X509_VERIFY_PARAM_set_auth_level(parameters, 2)
    }
  }
}
