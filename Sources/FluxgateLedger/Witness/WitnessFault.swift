/// Why a witness has not cosigned a head.
public enum WitnessFault: Error, Hashable, Sendable {
  /// No answer came.
  case exchange(ExchangeError)
  /// It answered with another status than 200 and 409.
  case refused(status: Int)
  /// It holds a larger head of this log than the log has: the log's folder was restored from an
  /// older copy, another process signs with its key, or the witness lies.
  case ahead(size: UInt64)
  /// Its answer is of no known form, or not a good cosignature of this head.
  case badAnswer
  /// The log could not make the proof, or not keep the cosignature.
  case ledger(LedgerError)
}
