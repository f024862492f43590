internal import CCrypto

/// SLIP-0039's encryption of the secret under a passphrase: a Feistel network of four rounds whose
/// function is PBKDF2-HMAC-SHA256 with 2500 · 2^exponent iterations.
///
/// No check is built in: another passphrase gives another secret.
struct ShareCipher {
  let set: ShareSet
  let passphrase: [UInt8]

  func encrypt(_ secret: [UInt8]) -> [UInt8] { run(secret, rounds: [0, 1, 2, 3]) }

  func decrypt(_ encrypted: [UInt8]) -> [UInt8] { run(encrypted, rounds: [3, 2, 1, 0]) }

  private func run(_ text: [UInt8], rounds: [UInt8]) -> [UInt8] {
    var left = Array(text.prefix(text.count / 2))
    var right = Array(text.suffix(text.count / 2))
    for round in rounds {
      let mask = roundKey(round, salt: right)
      (left, right) = (right, zip(left, mask).map { $0 ^ $1 })
    }
    return right + left
  }

  private func roundKey(_ round: UInt8, salt half: [UInt8]) -> [UInt8] {
    var password = [round] + passphrase
    let salt = set.salt + half
    let iterations = Int32(2500) << Int32(set.iterationExponent)
    // SAFETY: OpenSSL reads the password and the salt and fills the buffer, within their lengths.
    let key = unsafe [UInt8](unsafeUninitializedCapacity: half.count) { buffer, filled in
      let status = unsafe password.withUnsafeBytes { bytes in
        unsafe PKCS5_PBKDF2_HMAC(
          bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count), salt,
          Int32(salt.count), iterations, EVP_sha256(), Int32(half.count), buffer.baseAddress)
      }
      precondition(status == 1, "no memory for a key derivation")
      filled = half.count
    }
    password.wipe()
    return key
  }
}
