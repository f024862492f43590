internal import Crypto
internal import Foundation

/// HMAC and HKDF over SHA-256 (RFC 2104, RFC 5869), keyed with locked memory.
enum KeyDerivation {
  /// 32 bytes of HMAC-SHA256.
  static func code(_ message: [UInt8], key: DataKey) -> [UInt8] {
    [UInt8](HMAC<Crypto.SHA256>.authenticationCode(for: message, using: key.symmetric))
  }

  /// The same under a key of any length.
  static func code(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
    let key = SymmetricKey(data: key)
    return [UInt8](HMAC<Crypto.SHA256>.authenticationCode(for: message, using: key))
  }

  /// 32 bytes of HKDF-SHA256 without a salt.
  static func derive(from secret: DataKey, info: String) -> DataKey {
    let derived = derive(from: secret.symmetric, info: Array(info.utf8), count: DataKey.byteCount)
    // SAFETY: swift-crypto lends the 32 bytes for the length of the call.
    return unsafe derived.withUnsafeBytes { unsafe DataKey(copying: $0) }
  }

  /// 32 bytes of HKDF-SHA256 over a secret of any length.
  static func derive(from secret: [UInt8], salt: [UInt8], info: String) -> DataKey {
    let derived = HKDF<Crypto.SHA256>.deriveKey(
      inputKeyMaterial: SymmetricKey(data: secret), salt: salt, info: Array(info.utf8),
      outputByteCount: DataKey.byteCount)
    // SAFETY: as above.
    return unsafe derived.withUnsafeBytes { unsafe DataKey(copying: $0) }
  }

  static func derive(from secret: SymmetricKey, info: [UInt8], count: Int) -> SymmetricKey {
    HKDF<Crypto.SHA256>.deriveKey(inputKeyMaterial: secret, info: info, outputByteCount: count)
  }
}

extension DataKey {
  /// A copy in swift-crypto's storage, which is wiped when it goes.
  var symmetric: SymmetricKey {
    // SAFETY: the pointer is read within the call only.
    unsafe withBytes { pointer in
      unsafe SymmetricKey(data: UnsafeRawBufferPointer(start: pointer, count: Self.byteCount))
    }
  }
}
