internal import CCrypto

extension [UInt8] {
  /// Overwrites the array with zeros that no optimiser takes away. Copies of it made before stay:
  /// call it on an array that nothing else holds.
  mutating func wipe() {
    // SAFETY: writes exactly the array's own bytes.
    unsafe withUnsafeMutableBytes { unsafe OPENSSL_cleanse($0.baseAddress, $0.count) }
  }
}
