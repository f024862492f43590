internal import FluxgateSignal

/// Beginning, silence and end of a conversation.
extension FrameDecoder {
  func linkOpened(at now: HostTime, port: DevicePort) {
    if port.isAnnounced { event("link opened", at: now, port) }
    silentAt = now.advanced(by: port.isAnnounced ? Self.silenceLimit : Self.greetingLimit)
  }

  func linkLost(at now: HostTime, port: DevicePort) {
    silentAt = nil
    endSpans(at: now, port)
    track?.note(.linkLost)
    event("link lost", at: now, port)
  }

  func farewell(at now: HostTime, port: DevicePort) {
    silentAt = nil
    endSpans(at: now, port)
  }

  var nextWake: HostTime? {
    [silentAt, track?.nextWake].compactMap { $0 }.min()
  }

  func wake(at now: HostTime, port: DevicePort) {
    if let due = track?.nextWake, due <= now { track?.wake(at: now) }
    if let due = silentAt, due <= now { noteSilence(at: now, port) }
  }

  /// A frame came.
  func hear(at now: HostTime, _ port: DevicePort) {
    silentAt = now.advanced(by: Self.silenceLimit)
  }

  private func noteSilence(at now: HostTime, _ port: DevicePort) {
    silentAt = nil
    guard port.isAnnounced else {
      return port.refuse(.silent(seconds: Int(Self.greetingLimit / .seconds(1))))
    }
    event("silent", at: now, port)
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
