/// Whose cosignatures count, and how many of them it takes to say more than "self-attested only".
public struct WitnessQuorum: Hashable, Sendable {
  /// Nobody but the log itself: nothing is ever cosigned.
  public static let none = WitnessQuorum(needed: 1, keys: [])

  public let needed: Int
  public let keys: [VerifierKey]

  /// - Precondition: `needed` is at least 1: no cosignature at all is never enough.
  public init(needed: Int, keys: [VerifierKey]) {
    precondition(needed >= 1)
    self.needed = needed
    self.keys = keys
  }

  /// The keys that have cosigned `note`: each party once, whatever names it has, and never the log
  /// itself.
  public func cosigners(of note: SignedNote, log: VerifierKey) -> [VerifierKey] {
    var found: [VerifierKey] = []
    for key in keys where key.type == .cosignature && key.key != log.key {
      let isKnown = found.contains { $0.key == key.key }
      if !isKnown, note.line(of: key) != nil { found.append(key) }
    }
    return found
  }

  public func isMet(by note: SignedNote, log: VerifierKey) -> Bool {
    cosigners(of: note, log: log).count >= needed
  }
}
