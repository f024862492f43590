internal import FluxgateSignal

/// First and last page of a record type; both -1 on the wire when there is none.
struct DexcomPageRange {
  let first: UInt32
  let last: UInt32

  var isEmpty: Bool { first == .max && last == .max }

  init?(_ payload: RawSpan) {
    guard payload.byteCount == 8, let first = payload.u32(at: 0), let last = payload.u32(at: 4)
    else { return nil }
    self.first = first
    self.last = last
    guard isEmpty || first <= last && last < .max else { return nil }
  }
}

/// Which pages are read, in which order, and what becomes of damaged ones.
extension DexcomDecoder {
  func takeRange(_ index: Int, _ payload: RawSpan, _ port: DevicePort) -> DexcomStep? {
    guard let range = DexcomPageRange(payload) else { return nil }
    if range.isEmpty, progress[index].page != nil {
      progress[index].startAnew(port.outlets[index])
    }
    if range.isEmpty || progress[index].isRefused { return following(index) }
    if let page = progress[index].page, page > range.last {
      progress[index].startAnew(port.outlets[index])
    }
    if let page = progress[index].page {
      return pages(index, from: max(page, range.first), to: range.last)
    }
    if progress[index].expected == nil {
      return pages(index, from: range.first, to: range.last)
    }
    return .seek(index, page: range.last, first: range.first, last: range.last)
  }

  func takeHeader(
    _ index: Int, _ page: UInt32, _ range: ClosedRange<UInt32>, _ payload: RawSpan,
    _ port: DevicePort
  ) -> DexcomStep? {
    guard payload.byteCount == DexcomPage.headerByteCount else { return nil }
    guard let header = DexcomPageHeader(payload) else {
      return damagedHeader(index, page, range)
    }
    guard header.type == progress[index].type.rawValue && header.page == page else { return nil }
    let expected = progress[index].expected ?? 0
    if page == range.upperBound && header.endRecord < expected {
      progress[index].startAnew(port.outlets[index])
      return pages(index, from: range.lowerBound, to: range.upperBound)
    }
    guard header.firstRecord <= expected || page == range.lowerBound else {
      return .seek(index, page: page - 1, first: range.lowerBound, last: range.upperBound)
    }
    return pages(index, from: page, to: range.upperBound)
  }

  func damagedHeader(
    _ index: Int, _ page: UInt32, _ range: ClosedRange<UInt32>
  ) -> DexcomStep {
    let (first, last) = (range.lowerBound, range.upperBound)
    if let again = reread(.seek(index, page: page, first: first, last: last)) { return again }
    guard page > first else { return pages(index, from: first, to: last) }
    return .seek(index, page: page - 1, first: first, last: last)
  }

  /// Takes pages one by one; the first that is not as it should be is asked for alone.
  func takePages(
    _ index: Int, _ wanted: Range<UInt32>, _ last: UInt32, _ payload: RawSpan, at now: HostTime,
    _ port: DevicePort
  ) -> DexcomStep? {
    guard payload.byteCount == wanted.count * DexcomPage.byteCount else { return nil }
    for page in wanted {
      let start = Int(page - wanted.lowerBound) * DexcomPage.byteCount
      let bytes = payload.extracting(start..<start + DexcomPage.byteCount)
      guard let header = DexcomPageHeader(bytes) else { return damagedPage(index, page, last) }
      guard header.type == progress[index].type.rawValue && header.page == page else { return nil }
      if let step = takePage(index, header, last, bytes, at: now, port) { return step }
      progress[index].page = page
    }
    return behind(index, wanted.upperBound - 1, last)
  }

  /// - Returns: what must be done before the next page can be; nil when this one is done.
  private func takePage(
    _ index: Int, _ header: DexcomPageHeader, _ last: UInt32, _ bytes: RawSpan, at now: HostTime,
    _ port: DevicePort
  ) -> DexcomStep? {
    if header.page == last && header.endRecord < progress[index].expected ?? 0 {
      progress[index].startAnew(port.outlets[index])
      return .range(index)
    }
    guard
      let length = partitions.length(of: progress[index].type, revision: header.revision)
    else { return refuseRevision(index, header, at: now, port) }
    guard let damaged = newDamage(index, bytes, header, length) else {
      return damagedPage(index, header.page, last)
    }
    let alone = DexcomStep.page(index, page: header.page, last: last, count: 1)
    if damaged, let again = reread(alone) { return again }
    takeRecords(index, bytes, header, length, at: now, port)
    return nil
  }

  /// Reads as many pages at once as the receiver has been seen to give.
  func pages(_ index: Int, from page: UInt32, to last: UInt32) -> DexcomStep {
    let most = readsSingly ? 1 : Self.mostPages
    let count = last >= page ? min(UInt64(last - page) + 1, most) : 1
    return .page(index, page: page, last: last, count: UInt8(count))
  }

  /// Whether a record not yet handed over fails its CRC; nil when the header cannot be true.
  private func newDamage(
    _ index: Int, _ payload: RawSpan, _ header: DexcomPageHeader, _ length: Int
  ) -> Bool? {
    var damaged = false
    let fits = DexcomPage.forEachRecord(of: header, in: payload, length: length) {
      if $1 == nil && progress[index].isNew($0) { damaged = true }
    }
    return fits ? damaged : nil
  }

  private func takeRecords(
    _ index: Int, _ payload: RawSpan, _ header: DexcomPageHeader, _ length: Int,
    at now: HostTime, _ port: DevicePort
  ) {
    let outlet = port.outlets[index]
    let type = progress[index].type
    progress[index].place(header, length: length)
    _ = DexcomPage.forEachRecord(of: header, in: payload, length: length) { number, bytes in
      guard let bytes else { return progress[index].lose(number, outlet) }
      var record = DexcomRecord(
        type: type, revision: header.revision, number: number, bytes: bytes)
      record.predicts = firmware["SoftwareNumber"] != Self.silentSoftware
      if progress[index].isNew(number) { tell(of: record, at: now, port) }
      progress[index].take(record, &clock, outlet, now: now)
    }
  }

  /// A page that stays damaged is passed over; the next good record tells how many it held.
  func damagedPage(_ index: Int, _ page: UInt32, _ last: UInt32) -> DexcomStep {
    if let again = reread(.page(index, page: page, last: last, count: 1)) { return again }
    progress[index].skip(page: page)
    return behind(index, page, last)
  }

  /// The last page is read again in the next round, as it may have grown.
  private func behind(_ index: Int, _ page: UInt32, _ last: UInt32) -> DexcomStep {
    progress[index].page = page
    return page < last ? pages(index, from: page + 1, to: last) : following(index)
  }

  private func refuseRevision(
    _ index: Int, _ header: DexcomPageHeader, at now: HostTime, _ port: DevicePort
  ) -> DexcomStep {
    progress[index].isRefused = true
    let label = "dexcom \(progress[index].type.streamName) revision is not known"
    port.record(
      Event(
        time: now, kind: .deviceMessage, label: label, value: .integer(Int64(header.revision))),
      now: now)
    return following(index)
  }

  /// The step behind everything of the type at `index`.
  func following(_ index: Int) -> DexcomStep {
    let types = DexcomRecordType.streams
    let next = types.indices.dropFirst(index + 1).first { isHeld(types[$0]) }
    return next.map(DexcomStep.range) ?? .idle
  }

  /// Only touchscreen receivers know backfilled readings as a type.
  private func isHeld(_ type: DexcomRecordType) -> Bool {
    type != .backfilled || partitions.lists(type)
      || Self.touchscreens.contains(firmware["ProductId"] ?? "")
  }
}
