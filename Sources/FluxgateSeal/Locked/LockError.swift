/// Why a locked file does not open. Neither passphrase nor content is told.
public enum LockError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Not the header that such a file has; the text says where.
  case header(String)
  /// Sealed to something else than a passphrase.
  case noPassphraseStanza
  /// 2^work is more than this reader spends.
  case tooMuchWork(Int)
  case noMemory
  case wrongPassphrase
  /// The passphrase fits, but the header was changed.
  case changedHeader
  /// The passphrase fits, but the content was changed or cut.
  case changedContent

  public var description: String {
    switch self {
    case .header(let place): "no proper age header: \(place)"
    case .noPassphraseStanza: "it is locked for a key, not with a passphrase"
    case .tooMuchWork(let work): "it asks for 2^\(work) steps of work; 2^22 are the most"
    case .noMemory: "there is not enough memory to derive the key"
    case .wrongPassphrase: "the passphrase does not fit"
    case .changedHeader: "its header was changed"
    case .changedContent: "its content was changed or cut"
    }
  }
}
