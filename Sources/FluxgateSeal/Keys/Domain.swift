/// Signatures over a domain: a signature made for one purpose is worth nothing for another.
extension SigningKey {
  /// The signature over the domain's UTF-8, a zero byte and `bytes`.
  public func sign(domain: String, _ bytes: [UInt8]) -> [UInt8] {
    sign(separated(domain, bytes))
  }
}

extension VerifyingKey {
  public func verifies(_ signature: [UInt8], domain: String, over bytes: [UInt8]) -> Bool {
    verifies(signature, over: separated(domain, bytes))
  }
}

/// No domain holds a zero byte, so no two domains and texts meet in the same message.
func separated(_ domain: String, _ bytes: [UInt8]) -> [UInt8] {
  precondition(!domain.utf8.contains(0))
  return Array(domain.utf8) + [0] + bytes
}
