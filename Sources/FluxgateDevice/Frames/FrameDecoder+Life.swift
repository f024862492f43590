internal import FluxgateSignal

/// Beginning, silence and end of a conversation.
extension FrameDecoder {
  func linkOpened(at now: HostTime, port: DevicePort) {
    if port.isAnnounced { event("link opened", at: now, port) }
    greet(at: now, port)
  }

  func linkLost(at now: HostTime, port: DevicePort) {
    silentAt = nil
    greetAt = nil
    phase.isTalking = false
    endSpans(at: now, port)
    track?.note(.linkLost)
    event("link lost", at: now, port)
  }

  func farewell(at now: HostTime, port: DevicePort) {
    silentAt = nil
    greetAt = nil
    endSpans(at: now, port)
    if let bytes = profile.startup?.farewell, !bytes.isEmpty { port.send(bytes) }
  }

  var nextWake: HostTime? {
    let greeting = phase.isTalking ? startup?.nextWake : nil
    return HostTime.earliest(silentAt, greetAt, greeting, track?.nextWake)
  }

  func wake(at now: HostTime, port: DevicePort) {
    if let due = track?.nextWake, due <= now { track?.wake(at: now) }
    if phase.isTalking, let due = startup?.nextWake, due <= now {
      startup?.wake(at: now, port: port)
      followStartup(at: now, port)
    }
    if let due = greetAt, due <= now { greet(at: now, port) }
    if let due = silentAt, due <= now { noteSilence(at: now, port) }
  }

  /// A frame came, or may come from now on.
  func awaitFrames(at now: HostTime) { silentAt = now.advanced(by: silenceLimit) }

  /// One byte of what the device says before it sends frames.
  func listen(_ byte: RawSpan, at now: HostTime, _ port: DevicePort) {
    guard let startup else { return }
    replies.take(byte) { startup.take($0, at: now, port: port) }
    followStartup(at: now, port)
  }

  /// Goes through the start-up, or waits at once for frames where there is none.
  private func greet(at now: HostTime, _ port: DevicePort) {
    greetAt = nil
    guard let startup else { return awaitFrames(at: now) }
    phase.isTalking = true
    silentAt = nil
    replies.reset()
    startup.begin(at: now, port: port)
    followStartup(at: now, port)
  }

  private func followStartup(at now: HostTime, _ port: DevicePort) {
    guard phase.isTalking, let startup else { return }
    if startup.isDone {
      phase.isTalking = false
      awaitFrames(at: now)
    } else if let failure = startup.failure {
      fail(failure, at: now, port)
    }
  }

  /// A device that streamed before may come back; one that never did is refused.
  private func fail(_ failure: String, at now: HostTime, _ port: DevicePort) {
    phase.isTalking = false
    guard port.isAnnounced else { return port.refuse(.unsupported(what: failure)) }
    port.record(
      Event(time: now, kind: .deviceMessage, label: "start-up", value: .text(failure)), now: now)
    greetAt = now.advanced(by: Self.retryPause)
  }

  /// A device that has to be started stands still after a restart of its own: it is started anew.
  private func noteSilence(at now: HostTime, _ port: DevicePort) {
    silentAt = nil
    guard port.isAnnounced else {
      return port.refuse(.silent(seconds: Int(silenceLimit / .seconds(1))))
    }
    event("silent", at: now, port)
    guard startup != nil else { return }
    endSpans(at: now, port)
    track?.note(.deviceReset)
    greet(at: now, port)
  }

  /// Hands on what is held; what is not known any more ends here.
  private func endSpans(at now: HostTime, _ port: DevicePort) {
    track?.finish(at: now)
    assembly.forget()
    flags.closeAll(before: (track?.newestSample ?? -1) + 1, at: now, port)
  }

  private func event(_ label: String, at now: HostTime, _ port: DevicePort) {
    port.record(Event(time: now, kind: .link, label: label), now: now)
  }
}
