extension VerifyingKey {
  /// The key as other programs take it: SubjectPublicKeyInfo (RFC 8410) in PEM.
  public var pem: String {
    // Twelve bytes of DER before the key: a whole number of Base64 groups.
    "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\(text)\n-----END PUBLIC KEY-----\n"
  }
}
