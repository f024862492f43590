/// Why a witness does not cosign, with the answer that C2SP tlog-witness names for it.
public enum WitnessRefusal: Error, Hashable, Sendable {
  /// Not of the request's form; `line` counts from 1, 0 stands for the checkpoint.
  case malformed(line: Int)
  /// The old size is above the checkpoint's.
  case backwards
  /// The witness was not told to follow a log of this origin.
  case unknownLog
  /// No good signature of the log's own key.
  case badSignature
  /// The witness holds a head of this size, and not of the one that was named.
  case conflict(size: UInt64)
  /// The head does not extend the one that the witness holds.
  case badProof
  /// The witness cannot make its answer durable, or cannot trust what it stored.
  case storage(LedgerError)

  public var status: Int {
    switch self {
    case .malformed, .backwards: 400
    case .badSignature: 403
    case .unknownLog: 404
    case .conflict: 409
    case .badProof: 422
    case .storage: 500
    }
  }

  /// Of the answer's body.
  public var contentType: String {
    if case .conflict = self { return "text/x.tlog.size" }
    return "text/plain; charset=utf-8"
  }

  /// The answer's body: the size for a conflict, a line for a person otherwise.
  public var body: String {
    switch self {
    case .malformed(line: 0): "malformed checkpoint\n"
    case .malformed(let line): "malformed line \(line)\n"
    case .backwards: "the old size is above the checkpoint's\n"
    case .unknownLog: "unknown log\n"
    case .badSignature: "invalid signature\n"
    case .conflict(let size): "\(size)\n"
    case .badProof: "the consistency proof does not verify\n"
    case .storage: "the witness cannot store heads now\n"
    }
  }
}
