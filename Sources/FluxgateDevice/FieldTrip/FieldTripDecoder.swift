public import FluxgateSignal

/// Talks to a FieldTrip real-time buffer: header, then wait and get, over and over.
///
/// Every GET is preceded by the answer to a WAIT. As a server answers in order, an answer that comes
/// twice (asked anew after a silence) then finds the decoder waiting for another kind and is let go:
/// no sample can enter twice, though samples carry no numbers. And every GET of samples begins with
/// the row that was read last: if it has changed, the server has begun anew, even if its new count
/// has meanwhile passed the old.
///
/// A lost link costs nothing that the server's ring still holds when it is back. What cannot be known
/// is how many samples a restarted server had had beyond the last count it told.
public final class FieldTripDecoder: Decoder {
  enum Question: Equatable {
    case nothing
    case header
    case news
    case samples(first: Int, count: Int)
    case probe(Int)
    case events(first: Int, count: Int)
  }

  static let patience = Int64.seconds(3)
  /// Wait for the rest of a damaged answer before asking anew.
  static let quiet = Int64.milliseconds(250)
  static let retryPause = Int64.milliseconds(500)
  static let mostSilences = 5
  static let mostDamagedHeaders = 3
  static let waitMilliseconds = 200
  static let eventsPerQuestion = 256
  /// While behind, samples are read so many times faster than they were made: the ring behind the
  /// outlet must not run over.
  static let catchUpSpeed = 8.0

  let setup: DriverSetup
  let expectation: FieldTripExpectation
  var question = Question.nothing
  public internal(set) var nextWake: HostTime?
  /// Silences since the last answer.
  var silences = 0
  /// Headers in a row that broke off.
  var damagedHeaders = 0
  /// Nil until the server has told its header.
  var stream: FieldTripStream?
  var channels: [Channel] = []
  /// Samples and events that the server is known to have had.
  var known = 0
  var knownEvents = 0
  var nextEvent = 0
  /// News showed lower counts than before; the header is still to be compared.
  var hasRestarted = false
  /// The last GET was refused: the next news tells why.
  var refused = Question.nothing
  var search: RingSearch?
  /// Counts of the server's present life that rows read since have borne out.
  var trusted = (samples: 0, events: 0)
  /// The link was lost since the last row was read: `trusted` is what was known then.
  var isUnproven = false
  /// Events that may be asked for: told before the last rows that were read.
  var provenEvents = 0
  var samplesNotBefore = HostTime(nanoseconds: .min)

  init(setup: DriverSetup, expectation: FieldTripExpectation) {
    self.setup = setup
    self.expectation = expectation
  }

  public func linkOpened(at now: HostTime, port: DevicePort) {
    silences = 0
    forgetTrouble()
    if !isUnproven { trusted = (known, knownEvents) }
    isUnproven = stream != nil
    askHeader(at: now, port)
  }

  public func linkLost(at now: HostTime, port: DevicePort) {
    forgetTrouble()
    if stream == nil { tryOtherOrder() }
    question = .nothing
    nextWake = nil
  }

  public func decode(_ frame: RawSpan, at now: HostTime, port: DevicePort) {
    guard question != .nothing, let command = order.u16(frame, at: 2) else { return }
    let payload = frame.extracting(FieldTripMessage.headerSize..<frame.byteCount)
    switch command {
    case FieldTripMessage.Command.getDone: take(payload, at: now, port)
    case FieldTripMessage.Command.getRefused: takeRefusal(at: now, port)
    case FieldTripMessage.Command.waitDone: takeNews(payload, at: now, port)
    case FieldTripMessage.Command.waitRefused where question == .news: pause(at: now)
    default: break
    }
  }

  public func skipped(_ byteCount: Int, _ fault: FramingFault, at now: HostTime, port: DevicePort) {
    guard question != .nothing, let due = nextWake else { return }
    nextWake = min(due, now.advanced(by: Self.quiet))
  }

  public func wake(at now: HostTime, port: DevicePort) {
    nextWake = nil
    if question == .nothing {
      stream == nil || refused == .header ? askHeader(at: now, port) : proceed(at: now, port)
    } else {
      askAnew(at: now, port)
    }
  }

  public func farewell(at now: HostTime, port: DevicePort) {
    question = .nothing
    nextWake = nil
    if let raw = port.outlets.first { stream?.settle(with: raw, firstTime: nil) }
  }

  func refuse(_ reason: DeviceRefusal, _ port: DevicePort) {
    question = .nothing
    nextWake = nil
    port.refuse(reason)
  }

  // Samples and events are asked for from the first to the last, both included.
  var newsRequest = FieldTripRequest(FieldTripMessage.Command.wait, words: 3)
  var samplesRequest = FieldTripRequest(FieldTripMessage.Command.getSamples, words: 2)
  var eventsRequest = FieldTripRequest(FieldTripMessage.Command.getEvents, words: 2)

  var order: FieldTripByteOrder { expectation.order }

  /// A server that understands only the other order is silent or hangs up.
  func tryOtherOrder() {
    if expectation.mayChangeOrder { expectation.order = order.other }
  }

  func forgetTrouble() {
    refused = .nothing
    search = nil
  }
}
