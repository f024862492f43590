internal import FluxgateSignal

/// Beginning, start-up, silence and end of a conversation.
extension LinesDecoder {
  func greet(at now: HostTime, _ port: DevicePort) {
    isFlowing = false
    guard port.isAnnounced else {
      port.board.state = .greeting
      return begin(at: now, port)
    }
    event("link opened", at: now, port)
    silentAt = now.advanced(by: run == nil ? Self.silenceLimit : Self.resumeTime)
  }

  func linkLost(at now: HostTime, port: DevicePort) {
    silentAt = nil
    end(at: now, port)
    track?.note(.linkLost)
    event("link lost", at: now, port)
  }

  func farewell(at now: HostTime, port: DevicePort) {
    silentAt = nil
    if let bytes = profile.startup?.farewell, !bytes.isEmpty { port.send(bytes) }
    end(at: now, port)
  }

  var nextWake: HostTime? {
    HostTime.earliest(run?.nextWake, silentAt, track?.nextWake)
  }

  func wake(at now: HostTime, port: DevicePort) {
    track?.wake(at: now)
    if let due = run?.nextWake, due <= now {
      run?.wake(at: now, port: port)
      judgeRun(at: now, port)
    }
    if let due = silentAt, due <= now { noteSilence(at: now, port) }
  }

  /// Hands a line to the start-up that is under way.
  func follow(_ line: RawSpan, at now: HostTime, _ port: DevicePort) {
    run?.take(line, at: now, port: port)
    judgeRun(at: now, port)
  }

  /// The device says that it has started anew, in the middle of its samples.
  func startAnew(at now: HostTime, _ port: DevicePort) {
    noteRestart(at: now, port)
    begin(at: now, port)
  }

  /// What a device does between its last sample and its first after a restart is no sample: none of
  /// that time counts as lost.
  func noteRestart(at now: HostTime, _ port: DevicePort) {
    end(at: now, port)
    makeTrack(port)
    track?.note(.deviceReset)
    event("device restarted", at: now, port)
  }

  /// The number of the next sample of the first stream; -1 while there is none.
  func nextSample(_ port: DevicePort) -> Int64 {
    port.outlets.first.map { Int64(clamping: $0.nextSample) } ?? -1
  }

  private func begin(at now: HostTime, _ port: DevicePort) {
    isFlowing = false
    guard let run else {
      silentAt = now.advanced(by: Self.silenceLimit)
      return
    }
    silentAt = nil
    run.begin(at: now, port: port)
    judgeRun(at: now, port)
  }

  private func judgeRun(at now: HostTime, _ port: DevicePort) {
    if let words = run?.failure {
      failed(words, at: now, port)
    } else if run?.isDone == true {
      silentAt = now.advanced(by: Self.silenceLimit)
    }
  }

  /// Before a recording a device that does not start is refused; within one it is tried again.
  private func failed(_ words: String, at now: HostTime, _ port: DevicePort) {
    guard port.isAnnounced else { return port.refuse(.notStarted(words)) }
    port.record(
      Event(time: now, kind: .link, label: "start-up failed", value: .text(words)), now: now)
    silentAt = now.advanced(by: Self.retryTime)
  }

  private func noteSilence(at now: HostTime, _ port: DevicePort) {
    silentAt = nil
    guard port.isAnnounced else {
      return port.refuse(.silent(seconds: Int(Self.silenceLimit / .seconds(1))))
    }
    event("silent", at: now, port)
    if run != nil { begin(at: now, port) }
  }

  private func end(at now: HostTime, _ port: DevicePort) {
    track?.finish(at: now)
    states.forget(before: nextSample(port), at: now, port)
  }

  private func event(_ label: String, at now: HostTime, _ port: DevicePort) {
    port.record(Event(time: now, kind: .link, label: label), now: now)
  }
}
