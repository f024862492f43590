internal import FluxgateSignal

/// What is asked next, and again when no answer comes.
extension FieldTripDecoder {
  /// After news: the one thing that is most wanted now.
  func proceed(at now: HostTime, _ port: DevicePort) {
    guard let stream, let outlet = port.outlets.first else { return }
    if refused != .nothing { return judgeRefusal(at: now, port) }
    if let search { return goOn(search, at: now, outlet, port) }
    let hasSamples = known > stream.next
    if !hasSamples { provenEvents = knownEvents }
    if provenEvents > nextEvent { return askEvents(at: now, port) }
    guard hasSamples else { return askNews(at: now, port) }
    if now < samplesNotBefore {
      question = .nothing
      nextWake = samplesNotBefore
      return
    }
    askSamples(at: now, stream, port)
  }

  func askHeader(at now: HostTime, _ port: DevicePort) {
    refused = .nothing
    expectation.get = .header
    ask(.header, FieldTripMessage.header(order), at: now, port)
  }

  /// Asks for the counts: at once when there is work left, else when some 20 ms of samples are there.
  func askNews(at now: HostTime, _ port: DevicePort) {
    guard let stream else { return askHeader(at: now, port) }
    let isBehind =
      known > stream.next || knownEvents > nextEvent || refused != .nothing || search != nil
    let block = max(1, Int(stream.rate / 50))
    // Answered once more samples or more events are there, or after the milliseconds.
    let request = newsRequest.with(
      stream.next + block - 1, knownEvents, isBehind ? 0 : Self.waitMilliseconds, in: order)
    ask(.news, request, at: now, port)
  }

  func askProbe(_ sample: Int, at now: HostTime, _ port: DevicePort) {
    guard let stream else { return }
    expectation.get = .samples(
      payload: FieldTripMessage.sampleDefinitionSize + stream.wireRowByteCount)
    ask(.probe(sample), samplesRequest.with(sample, sample, in: order), at: now, port)
  }

  /// Asks anew after a silence; every third time from the header on.
  func askAnew(at now: HostTime, _ port: DevicePort) {
    silences += 1
    if silences >= Self.mostSilences, !port.isAnnounced {
      return refuse(.silent(seconds: silences * Int(Self.patience / .seconds(1))), port)
    }
    expectation.isOverdue = true
    if stream == nil { tryOtherOrder() }
    if case .events(let first, let count) = question, silences >= 3, first == nextEvent {
      loseEvents(count, .corrupted, port)
      return askNews(at: now, port)
    }
    if silences % 3 == 0 {
      forgetTrouble()
      return askHeader(at: now, port)
    }
    repeatQuestion(at: now, port)
  }

  private func repeatQuestion(at now: HostTime, _ port: DevicePort) {
    guard let stream else { return askHeader(at: now, port) }
    switch question {
    case .nothing: break
    case .header: askHeader(at: now, port)
    case .news: askNews(at: now, port)
    case .samples: askSamples(at: now, stream, port)
    case .probe(let sample): askProbe(sample, at: now, port)
    case .events: askEvents(at: now, port)
    }
  }

  private func askSamples(at now: HostTime, _ stream: FieldTripStream, _ port: DevicePort) {
    let overlap = stream.lastRow.isEmpty ? 0 : 1
    let most = min(FieldTripMessage.mostSampleBytes / stream.wireRowByteCount, Int(stream.rate))
    let count = min(known - stream.next, max(1, most - 1)) + overlap
    expectation.get = .samples(
      payload: FieldTripMessage.sampleDefinitionSize + count * stream.wireRowByteCount)
    let first = stream.next - overlap
    ask(
      .samples(first: first, count: count),
      samplesRequest.with(first, first + count - 1, in: order), at: now, port)
  }

  /// One event alone after a silence: perhaps it is one of them that cannot be sent.
  private func askEvents(at now: HostTime, _ port: DevicePort) {
    let count = min(provenEvents - nextEvent, silences > 0 ? 1 : Self.eventsPerQuestion)
    expectation.get = .events
    let last = nextEvent + count - 1
    ask(
      .events(first: nextEvent, count: count),
      eventsRequest.with(nextEvent, last, in: order), at: now, port)
  }

  private func ask(
    _ question: Question, _ request: [UInt8], at now: HostTime, _ port: DevicePort
  ) {
    self.question = question
    nextWake = now.advanced(by: Self.patience)
    port.send(request)
  }
}
