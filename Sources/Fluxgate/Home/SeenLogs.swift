public import FluxgateLedger
public import FluxgateSeal

/// What a patient's machine remembers of the logs it has looked at: `seen/` in its home.
///
/// A key is kept by patient and place, the newest checkpoint by key. So a log that begins anew, gets
/// another key, is cut, or is put back from a copy is noticed at the next look.
public struct SeenLogs: Sendable {
  private let folder: String

  public init(_ home: GatewayHome) { folder = home.path + "/seen" }

  /// The key that was taken for the log of this place; nil at the first look.
  ///
  /// - Parameter place: an address or a path, as it was given.
  public func key(at place: String, of patient: KeyFingerprint) throws(Fault) -> VerifierKey? {
    let file = keyFile(place, patient)
    guard DurableFile.exists(file) else { return nil }
    let text = String(decoding: try DurableFile.read(file), as: UTF8.self)
    guard text.hasSuffix("\n"), let key = try? VerifierKey(String(text.dropLast())) else {
      throw Fault(
        "V43", "\(file) is damaged", state: "Nothing was compared.",
        remedy: "give the log's key with --ledger, and move the file away", exit: .refused)
    }
    return key
  }

  public func keep(
    _ key: VerifierKey, at place: String, of patient: KeyFingerprint
  ) throws(Fault) {
    try DurableFile.makeFolder(folder)
    try DurableFile.replace(keyFile(place, patient), with: Array("\(key.text)\n".utf8))
  }

  /// The newest checkpoint of a log that was found sound, as it was signed.
  public func checkpoint(of key: VerifierKey) throws(Fault) -> [UInt8]? {
    let file = checkpointFile(key)
    return DurableFile.exists(file) ? try DurableFile.read(file) : nil
  }

  /// Keeps the longer of this checkpoint and the kept one: what was seen is never forgotten.
  ///
  /// - Parameter checkpoint: signed by the key, and compared with the kept one.
  public func keep(_ checkpoint: SignedNote, of key: VerifierKey) throws(Fault) {
    let new = try size(checkpoint.bytes, key)
    if let kept = try self.checkpoint(of: key), try size(kept, key) > new { return }
    try DurableFile.makeFolder(folder)
    try DurableFile.replace(checkpointFile(key), with: checkpoint.bytes)
  }

  private func size(_ note: [UInt8], _ key: VerifierKey) throws(Fault) -> UInt64 {
    do {
      return try SignedNote(note).checkpoint(log: key).size
    } catch {
      throw Fault(
        "V44", "a checkpoint of \(key.name) is damaged, here or in \(checkpointFile(key))",
        state: "The kept one stays.", remedy: "move the file away", cause: "\(error)",
        exit: .refused)
    }
  }

  private func keyFile(_ place: String, _ patient: KeyFingerprint) -> String {
    "\(folder)/\(Self.name("\(patient.text) \(place)")).key"
  }

  private func checkpointFile(_ key: VerifierKey) -> String {
    "\(folder)/\(Self.name(key.text)).checkpoint"
  }

  private static func name(_ text: String) -> String {
    Digits.hexadecimal(SHA256.digest(Array(text.utf8)).prefix(16))
  }
}
