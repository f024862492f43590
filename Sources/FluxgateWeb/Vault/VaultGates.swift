internal import FluxgateSeal

/// Counts decisions against those who ask for them: each one is an entry that stays for ever.
struct VaultGates: Sendable {
  private let keys = RateGate(burst: 60, rate: 2)
  private let strangers = RateGate(burst: 20, rate: 0.1)

  /// Nil when a decision may be made; otherwise seconds to wait.
  ///
  /// - Parameter isKnown: whether it is the patient's key, or has a grant in force. Keys cost nothing
  ///   to make, so all others share one allowance.
  func wait(_ reader: KeyFingerprint, isKnown: Bool) -> Int? {
    isKnown ? keys.wait(reader.text) : strangers.wait("strangers")
  }
}
