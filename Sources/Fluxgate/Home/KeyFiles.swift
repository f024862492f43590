public import FluxgateSeal

/// Reads key files, plain ones and locked ones, and says in a technician's words what is wrong with
/// them. A passphrase is asked for only where a file is locked.
public enum KeyFiles {
  public static func gateway(
    _ path: String, passphrase: PassphraseSource = PassphraseSource()
  ) throws(Fault) -> GatewayIdentity {
    try parse(path, try secretText(path, passphrase)) { (text) throws(KeyFileError) in
      try GatewayIdentity(text: text)
    }
  }

  public static func witness(
    _ path: String, passphrase: PassphraseSource = PassphraseSource()
  ) throws(Fault) -> WitnessIdentity {
    try parse(path, try secretText(path, passphrase)) { (text) throws(KeyFileError) in
      try WitnessIdentity(text: text)
    }
  }

  public static func secret(
    _ path: String, passphrase: PassphraseSource = PassphraseSource()
  ) throws(Fault) -> PatientSecret {
    try parse(path, try secretText(path, passphrase)) { (text) throws(KeyFileError) in
      try PatientSecret(text: text)
    }
  }

  public static func patient(_ path: String) throws(Fault) -> PatientPublicKey {
    try parse(path, try text(path)) { (text) throws(KeyFileError) in
      try PatientPublicKey(text: text)
    }
  }

  public static func card(_ path: String) throws(Fault) -> GatewayCard {
    guard let card = GatewayCard(text: try text(path)) else {
      throw Fault(
        "K03", "\(path) is not a gateway's card",
        remedy: "give the gateway.pub that `fluxgate keys gateway` names", exit: .refused)
    }
    return card
  }

  /// The pairing in `path`, once it is seen to be signed by `patient` and to name `gateway`.
  public static func pairing(
    _ path: String, of patient: PatientPublicKey, with gateway: GatewayIdentity
  ) throws(Fault) -> [UInt8] {
    guard DurableFile.exists(path) else {
      throw Fault(
        "K04", "no pairing for this patient (\(path))", state: "Nothing was recorded.",
        remedy: "let the patient sign one: `fluxgate keys pair --secret ... --gateway ...`",
        exit: .refused)
    }
    let file = try DurableFile.read(path)
    guard let pairing = try? Pairing.open(file, by: patient) else {
      throw Fault(
        "K05", "\(path) was not signed by this patient", state: "Nothing was recorded.",
        remedy: "give the pairing that belongs to the patient's key", exit: .refused)
    }
    guard pairing.gateway == gateway.publicKey, pairing.logVerifierKey == gateway.logVerifierKey
    else {
      throw Fault(
        "K06", "\(path) is a pairing with another gateway", state: "Nothing was recorded.",
        remedy: "let the patient sign a pairing with this gateway's card", exit: .refused)
    }
    return file
  }

  /// The text of a key file that may be locked.
  static func secretText(
    _ path: String, _ passphrase: PassphraseSource
  ) throws(Fault) -> String {
    let file = try DurableFile.read(path)
    guard file.count <= byteCountMax, LockedFile.isLocked(file) else {
      return try text(path, file)
    }
    let passphrase = try passphrase.existing(for: path)
    do throws(LockError) {
      return String(
        decoding: try LockedFile.unlock(file, passphrase: passphrase), as: UTF8.self)
    } catch {
      throw .locked(error, path)
    }
  }

  private static let byteCountMax = 1 << 16

  private static func text(_ path: String) throws(Fault) -> String {
    try text(path, try DurableFile.read(path))
  }

  private static func text(_ path: String, _ bytes: [UInt8]) throws(Fault) -> String {
    guard bytes.count <= byteCountMax, let text = String(validating: bytes, as: UTF8.self) else {
      throw Fault("K07", "\(path) is no key file", remedy: "check the path", exit: .refused)
    }
    return text
  }

  static func parse<Key>(
    _ path: String, _ text: String, _ read: (String) throws(KeyFileError) -> Key
  ) throws(Fault) -> Key {
    do throws(KeyFileError) {
      return try read(text)
    } catch {
      throw Fault(
        "K07", "\(path) cannot be used as a key",
        remedy: "check that it is the right file, whole and unchanged", cause: "\(error)",
        exit: .refused)
    }
  }
}
