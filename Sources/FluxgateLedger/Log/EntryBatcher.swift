/// Collects entries until there are enough of them or the first has waited long enough.
///
/// Holds no clock and no thread: the caller passes the time, asks `isDue`, and calls `flush`.
/// Times are nanoseconds of any clock that does not run backwards.
public struct EntryBatcher: Sendable {
  public let countMax: Int
  /// Nanoseconds.
  public let ageMax: Int64

  private var entries: [[UInt8]] = []
  private var byteCount = 0
  private var oldest: Int64?

  /// - Precondition: `countMax` is at least 1 and at most `EmbeddedLog.batchCountMax`; `ageMax`
  ///   is not negative.
  public init(countMax: Int, ageMax: Int64) {
    precondition((1...EmbeddedLog.batchCountMax).contains(countMax) && ageMax >= 0)
    self.countMax = countMax
    self.ageMax = ageMax
  }

  public var count: Int { entries.count }

  /// Takes an entry, or returns false when the batch is full and must be flushed first.
  ///
  /// Throws `.entryTooLong` for an entry that no batch can hold.
  public mutating func add(_ entry: [UInt8], at now: Int64) throws(LedgerError) -> Bool {
    guard entry.count <= EntryBundle.entryByteCountMax else {
      throw .entryTooLong(position: entries.count, bytes: entry.count)
    }
    guard entries.count < countMax, byteCount + entry.count <= EmbeddedLog.batchByteCountMax else {
      return false
    }
    if oldest == nil { oldest = now }
    byteCount += entry.count
    entries.append(entry)
    return true
  }

  /// When the batch is due by age; nil while it is empty.
  public var deadline: Int64? {
    oldest.map { first in
      let (time, overflow) = first.addingReportingOverflow(ageMax)
      return overflow ? .max : time
    }
  }

  public func isDue(at now: Int64) -> Bool {
    entries.count == countMax || deadline.map { now >= $0 } ?? false
  }

  /// Hands the batch to `submit`, and forgets it only when that returns.
  ///
  /// Nil when there is nothing to submit.
  public mutating func flush<Receipt, Failure: Error>(
    _ submit: ([[UInt8]]) throws(Failure) -> Receipt
  ) throws(Failure) -> Receipt? {
    guard !entries.isEmpty else { return nil }
    let receipt = try submit(entries)
    removeFirst(entries.count)
    return receipt
  }

  /// Forgets what an opening of the log has recovered, so that it is not submitted twice.
  ///
  /// - Parameter recovered: the entries of `EmbeddedLog.recovered`.
  /// - Returns: false, and nothing is forgotten, when the batch does not begin with them.
  public mutating func forget(_ recovered: [[UInt8]]) -> Bool {
    guard entries.starts(with: recovered) else { return false }
    removeFirst(recovered.count)
    return true
  }

  private mutating func removeFirst(_ count: Int) {
    byteCount -= entries.prefix(count).reduce(0) { $0 + $1.count }
    entries.removeFirst(count)
    if entries.isEmpty { oldest = nil }
  }
}
