internal import FluxgateSignal

/// How far one record type has been read. Survives the loss of the link.
struct DexcomProgress {
  let type: DexcomRecordType
  /// Number of the next record to hand over; nil before the first.
  var expected: UInt32?
  /// The page to go on with; nil before the first.
  var page: UInt32?
  /// The first page since the last record that could not be read.
  private var skippedPage: UInt32?
  /// No layout is known for the receiver's revision of this type.
  var isRefused = false

  init(type: DexcomRecordType) { self.type = type }

  /// Begins behind the newest record that is stored already.
  mutating func begin(after newest: Int64?) {
    guard let newest, let stored = UInt32(exactly: newest), stored < .max else { return }
    expected = stored + 1
  }

  /// The receiver's memory was erased: its numbers began again.
  mutating func startAnew(_ outlet: StreamOutlet) {
    outlet.noteGap(.deviceReset, missing: 0, timeStep: 0)
    expected = nil
    page = nil
    skippedPage = nil
  }

  /// Passes over a page that cannot be read.
  mutating func skip(page: UInt32) { skippedPage = skippedPage ?? page }

  /// Finds where the records begin when the very first pages cannot be read.
  ///
  /// Receivers number so that page p begins with record p times the records of a full page; it is
  /// believed only where the first readable header says the same.
  mutating func place(_ header: DexcomPageHeader, length: Int) {
    let perPage = UInt32(DexcomPage.recordBytes / length)
    guard expected == nil, let skippedPage, skippedPage <= header.page,
      header.page.multipliedReportingOverflow(by: perPage) == (header.firstRecord, false)
    else { return }
    expected = skippedPage * perPage
  }

  /// Hands a record over if it is new.
  mutating func take(
    _ record: DexcomRecord, _ clock: inout DexcomClock, _ outlet: StreamOutlet, now: HostTime
  ) {
    let moment = clock.moment(of: record)
    guard isNew(record.number) else { return }
    noteMissing(before: record.number, outlet)
    outlet.append(record.row(at: moment), at: moment.utc, now: now)
    expected = record.number + 1
  }

  /// Counts a record that stays damaged as lost.
  mutating func lose(_ number: UInt32, _ outlet: StreamOutlet) {
    guard isNew(number) else { return }
    noteMissing(before: number, outlet)
    outlet.noteGap(.corrupted, missing: 1, timeStep: 0)
    expected = number + 1
  }

  func isNew(_ number: UInt32) -> Bool { number < .max && number >= expected ?? 0 }

  /// Between two pages nothing is missing unless a page was unreadable or overwritten unread.
  private mutating func noteMissing(before number: UInt32, _ outlet: StreamOutlet) {
    defer { skippedPage = nil }
    guard let expected, number > expected else { return }
    let reason: DiscontinuityReason = skippedPage != nil ? .corrupted : .serverOverrun
    outlet.noteGap(reason, missing: UInt64(number - expected), timeStep: 0)
  }
}
