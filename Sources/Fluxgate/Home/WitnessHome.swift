public import FluxgateLedger
internal import FluxgateSeal

/// The folder where a witness keeps its key, the logs that it follows and their last heads.
public struct WitnessHome: Sendable {
  public let path: String

  public init(path: String) { self.path = path }

  var keyFile: String { path + "/witness.key" }
  /// What others need to check this witness's cosignatures: one line.
  public var publicFile: String { path + "/witness.pub" }
  var logFile: String { path + "/logs" }
  var headFolder: String { path + "/heads" }

  /// Makes a key; refuses where there is one, for it must never change.
  public func create(name: String) throws(Fault) -> VerifierKey {
    guard let identity = WitnessIdentity(name: name),
      let cosigner = Cosigner(name: name, key: identity.key)
    else {
      throw Fault(
        "W03", "\"\(name)\" is no name for a witness",
        remedy: "give something like witness.example/w1: visible letters, no plus sign",
        exit: .refused)
    }
    try DurableFile.makeFolder(path)
    try DurableFile.create(keyFile, with: [UInt8](identity.text.utf8))
    let line = [UInt8]("\(cosigner.verifierKey.text)\n".utf8)
    try DurableFile.replace(publicFile, with: line, mode: 0o644)
    return cosigner.verifierKey
  }

  /// The witness over its heads, held by this process alone.
  public func open() throws(Fault) -> Witness {
    let identity = try KeyFiles.witness(keyFile)
    guard let cosigner = Cosigner(name: identity.name, key: identity.key) else {
      throw Fault(
        "W03", "\"\(identity.name)\" is no name for a witness",
        remedy: "make the witness anew in another folder", exit: .refused)
    }
    do throws(LedgerError) {
      return try Witness(directory: headFolder, cosigner: cosigner)
    } catch {
      throw Fault(
        "W04", "the witness's heads cannot be opened", state: "Nothing was cosigned.",
        remedy: "end another `fluxgate witness serve` on this folder, or see the cause",
        cause: "\(error)", exit: .refused)
    }
  }

  /// The logs to follow: a verifier key a line; none without the file.
  public func logs() throws(Fault) -> [VerifierKey] {
    guard DurableFile.exists(logFile) else { return [] }
    let text = String(decoding: try DurableFile.read(logFile), as: UTF8.self)
    var keys: [VerifierKey] = []
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      do throws(NoteError) {
        keys.append(try VerifierKey(String(line)))
      } catch {
        throw Fault(
          "W05", "\(logFile) holds a line that is no log's key", state: "No log is followed.",
          remedy: "take the line out; `fluxgate witness trust` writes good ones",
          cause: "\(line): \(error)", exit: .refused)
      }
    }
    return keys
  }

  /// Follows one more log. A second key for a name that is followed would be a second log in its
  /// place, and is refused.
  public func trust(_ log: VerifierKey) throws(Fault) {
    let known = try logs()
    guard !known.contains(log) else { return }
    guard !known.contains(where: { $0.name.utf8.elementsEqual(log.name.utf8) }) else {
      throw Fault(
        "W06", "another key of \(log.name) is followed already", state: "Nothing was changed.",
        remedy: "ask the log's keeper; a log that changes its key needs a new name",
        exit: .refused)
    }
    let lines = (known + [log]).map { $0.text + "\n" }.joined()
    try DurableFile.replace(logFile, with: [UInt8](lines.utf8), mode: 0o644)
  }
}
