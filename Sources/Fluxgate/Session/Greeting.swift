public import FluxgateDevice
internal import FluxgateSignal
internal import FluxgateTransport

/// Waits until each device has said who it is, or names the one that did not. A device whose profile
/// has a start-up is given the time of that beside the limit.
enum Greeting {
  ///
  /// - Parameter turn: called every few milliseconds, and once after the last device has spoken.
  static func wait(
    for devices: [DeviceThread], atMost limit: Int64, turn: () -> Void = {}
  ) throws(Fault) {
    let begun = HostClock.now
    while true {
      var silent: DeviceThread?
      for device in devices where device.board.announcement == nil {
        try refuse(device)
        silent = device
      }
      turn()
      guard let silent else { return }
      let patience = limit + silent.board.startUpTime
      guard HostClock.now.since(begun) < patience else {
        throw .silent(silent.source, seconds: Int(patience / .seconds(1)))
      }
      WorkerThread.sleep(.milliseconds(5))
    }
  }

  private static func refuse(_ device: DeviceThread) throws(Fault) {
    if device.board.refusals.count > 0 {
      throw .refusal(device.board.refusals[0], device: device.source)
    }
    if device.hasEnded, device.board.announcement == nil {
      let errors = device.linkErrors
      guard errors.count > 0 else { throw .silent(device.source, seconds: 0) }
      throw .link(errors[0], device: device.source.name, link: device.source.link)
    }
  }
}

extension Fault {
  public static func silent(_ device: DeviceSource, seconds: Int) -> Fault {
    Fault(
      "D01", "\(device.name): no answer on \(device.link) for \(seconds) s",
      state: "Nothing was recorded.",
      remedy: "switch the device on, check the cable, and that the profile is the right one",
      exit: .deviceAbsent)
  }

  public static func refusal(_ refusal: DeviceRefusal, device: DeviceSource) -> Fault {
    let (title, cause): (String, String) =
      switch refusal {
      case .notThisDevice(let expected, let found):
        ("is not the device of its profile", "expected \(expected), found \(found)")
      case .unsupported(let what): ("cannot be read", what)
      case .silent(let seconds): ("does not answer", "no answer for \(seconds) s")
      case .noData(let why): ("gives nothing to record", why)
      case .tooManyChannels(let count, let limit):
        ("has too many channels", "\(count) channels, at most \(limit)")
      case .notStarted(let words): ("did not start", words)
      }
    return Fault(
      "D02", "\(device.name) \(title) (\(device.link))", state: "Nothing of it was recorded.",
      remedy: "choose another profile with --device, or take the device out of the session",
      cause: cause, exit: .deviceAbsent)
  }
}
