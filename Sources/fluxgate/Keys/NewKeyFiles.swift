import Fluxgate
import FluxgateSeal

/// A person's two key files: the secret, and the public half beside it.
struct NewKeyFiles {
  let secretFile: String
  let lock: KeyLock?

  var publicFile: String { KeyPaths.sibling(of: secretFile, ending: "pub") }

  /// Writes both; refuses to touch a secret that is there. A public half that is there already must
  /// be of the same key.
  func write(_ secret: PatientSecret) throws(Fault) {
    let isPublished = DurableFile.exists(publicFile)
    if isPublished {
      guard try KeyFiles.patient(publicFile).keyFingerprint == secret.publicKey.keyFingerprint
      else {
        throw Fault(
          "K18", "\(publicFile) is another key's public half", state: "Nothing was written.",
          remedy: "choose another name for --out", exit: .refused)
      }
    }
    try DurableFile.create(secretFile, with: try KeyLock.bytes(secret.text, secretFile, lock))
    guard !isPublished else { return }
    try DurableFile.create(publicFile, with: [UInt8](secret.publicKey.text.utf8), mode: 0o644)
  }

  func say(_ secret: PatientSecret) {
    let state = lock == nil ? "readable, no passphrase" : "locked with a passphrase"
    Console.say("  secret       \(secretFile)   (\(state))")
    Console.say("  public       \(publicFile)   (for gateways)")
    Console.say("  fingerprint  \(secret.fingerprint)")
  }

  func report(_ secret: PatientSecret) -> [String: String] {
    ["secret": secretFile, "public": publicFile, "fingerprint": secret.fingerprint]
  }
}
