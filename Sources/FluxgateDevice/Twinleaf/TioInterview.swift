internal import FluxgateSignal

/// Asks `dev.metadata` for pieces, one request at a time, until each is answered or given up.
struct TioInterview {
  typealias Query = TioCatalogue.Query

  private static let patience = Int64.milliseconds(250)
  private static let mostQueries = 16
  private static let mostAttempts = 3
  /// Error code of a method that a device does not have.
  private static let notFound: UInt16 = 2

  private struct Question {
    let id: UInt16
    let queries: [Query]
    let deadline: HostTime
  }

  private var open: Question?
  private var lastID: UInt16 = 0
  private var attempts: [Query: Int] = [:]
  /// After an error each piece is asked for alone, to find the one that the device does not know.
  private var isSingle = false

  /// A device that answers without saying who it is gets some rest.
  private var restsUntil: HostTime?

  /// The device answered that there is no `dev.metadata`: it speaks the older dialect.
  private(set) var isUnknown = false

  /// When the open question counts as lost, or the rest is over.
  var deadline: HostTime? { open?.deadline ?? restsUntil }

  func hasGivenUp(_ query: Query) -> Bool {
    query != .device && attempts[query, default: 0] >= Self.mostAttempts
  }

  /// The next request for some of `missing`; nil while a question is open or nothing is left.
  mutating func ask(_ missing: [Query], at now: HostTime, route: [UInt8]) -> TioPacket? {
    guard open == nil, restsUntil == nil else { return nil }
    let queries = missing.filter { !hasGivenUp($0) }.prefix(isSingle ? 1 : Self.mostQueries)
    guard !queries.isEmpty else { return nil }
    lastID = lastID % 0x7FFF + 1
    open = Question(
      id: lastID, queries: Array(queries), deadline: now.advanced(by: Self.patience))
    return .request(
      id: lastID, method: "dev.metadata", argument: queries.flatMap(\.bytes), route: route)
  }

  /// True when `missing` holds nothing that could still be answered.
  func isDone(_ missing: [Query]) -> Bool { open == nil && missing.allSatisfy(hasGivenUp) }

  /// The pieces in a reply; empty when it answers no open question.
  mutating func take(reply payload: RawSpan, at now: HostTime) -> [TioMetadata] {
    guard let question = open, payload.u16(at: 0) == question.id else { return [] }
    open = nil
    let pieces = Self.pieces(in: payload)
    let answered = Set(pieces.map(\.query))
    charge(question.queries, answered: answered)
    rest(after: question, answered: answered, at: now)
    return pieces
  }

  mutating func take(error payload: RawSpan, at now: HostTime) {
    guard let question = open, payload.u16(at: 0) == question.id else { return }
    open = nil
    if payload.u16(at: 2) == Self.notFound { isUnknown = true }
    rest(after: question, answered: [], at: now)
    if question.queries.count == 1 { charge(question.queries, answered: []) }
    isSingle = true
  }

  /// The answer has not come in time.
  mutating func expire(at now: HostTime) {
    if let end = restsUntil, end <= now { restsUntil = nil }
    guard let question = open, question.deadline <= now else { return }
    open = nil
    charge(question.queries, answered: [])
  }

  private mutating func rest(
    after question: Question, answered: Set<Query>, at now: HostTime
  ) {
    guard question.queries.contains(.device), !answered.contains(.device) else { return }
    restsUntil = now.advanced(by: Self.patience)
  }

  /// A reply holds as much as fits, in order: only the first piece left out counts as refused.
  private mutating func charge(_ queries: [Query], answered: Set<Query>) {
    let unanswered = queries.filter { !answered.contains($0) }
    for query in unanswered.prefix(answered.isEmpty ? unanswered.count : 1) {
      attempts[query, default: 0] += 1
    }
    for query in answered { attempts[query] = nil }
  }

  private static func pieces(in payload: RawSpan) -> [TioMetadata] {
    var pieces: [TioMetadata] = []
    var offset = 2
    while let kind = payload.u8(at: offset), let count = payload.u8(at: offset + 1) {
      let start = offset + 2
      offset = start + Int(count)
      guard offset <= payload.byteCount else { break }
      let body = payload.extracting(start..<offset)
      if let piece = TioMetadata(kind: kind, body: body) { pieces.append(piece) }
    }
    return pieces
  }
}
