internal import FluxgateSeal

/// Counts what a key asks for against it.
struct VaultGates: Sendable {
  /// Requests of one key that are worked on or wait for another's decision.
  static let waitingMax = 16

  private let decisions = RateGate(burst: 60, rate: 2)
  private let strangers = RateGate(burst: 20, rate: 0.1)
  private let objects = RateGate(burst: 400, rate: 200)
  private let waiting = HeldCount(most: waitingMax)

  /// Nil when a decision may be made, each of which is an entry that stays for ever; otherwise
  /// seconds to wait.
  ///
  /// - Parameter isKnown: whether it is the patient's key, or has a grant in force. Keys cost nothing
  ///   to make, so all others share one allowance.
  func decision(_ reader: KeyFingerprint, isKnown: Bool) -> Int? {
    isKnown ? decisions.wait(reader.text) : strangers.wait("strangers")
  }

  /// Nil when an object may be fetched; otherwise seconds to wait.
  func object(_ reader: KeyFingerprint) -> Int? { objects.wait(reader.text) }

  /// Does the work, or answers at once when as many requests of the key as may be are in progress.
  func oneOfFew(_ reader: KeyFingerprint, _ work: () -> WebAnswer) -> WebAnswer {
    guard waiting.enter(reader.text) else { return VaultAnswers.tooMany(seconds: 1) }
    defer { waiting.leave(reader.text) }
    return work()
  }
}
