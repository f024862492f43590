internal import FluxgateSignal

/// From runs of sweeps to rows of codes, with what is missing between them.
///
/// The streams are made for the mode that the box is in when it is first heard. While its speed
/// switch stands elsewhere its sweeps fit no stream: they are counted as lost, `rateChanged`.
final class BioSemiDecoder: Decoder {
  static let controlSize = 64
  /// A box that is on sends within a moment.
  private static let greetingPatience = Int64.seconds(3)
  private static let silence = Int64.seconds(1)
  /// How late a run may be before it is asked whether sweeps are missing.
  private static let usualLateness = 0.040

  let setup: DriverSetup
  private var settings = BioSemiSettings()
  private(set) var plan: BioSemiPlan?
  private var skipped = 0
  private var wasLost = false
  /// The box stands in a mode other than the streams'.
  private var isElsewhere = false
  private var isQuiet = false
  private var quietDue: HostTime?

  init(setup: DriverSetup) { self.setup = setup }

  func linkOpened(at now: HostTime, port: DevicePort) {
    var flaw = ""
    guard let settings = BioSemiSettings(setup, flaw: &flaw) else {
      return port.refuse(.unsupported(what: flaw))
    }
    self.settings = settings
    port.send([UInt8](repeating: 0, count: Self.controlSize))
    port.send([0xFF] + [UInt8](repeating: 0, count: Self.controlSize - 1))
    quietDue = now.advanced(by: Self.greetingPatience)
  }

  func linkLost(at now: HostTime, port: DevicePort) {
    plan?.judge(port, at: now)
    skipped = 0
    wasLost = true
    quietDue = nil
  }

  func skipped(_ byteCount: Int, _ fault: FramingFault, at now: HostTime, port: DevicePort) {
    skipped += byteCount
  }

  func decode(_ frame: RawSpan, at now: HostTime, port: DevicePort) {
    guard let word = frame.u32(at: 4) else { return }
    let mode = BioSemiMode(BioSemiStatus(word: word))
    quietDue = now.advanced(by: Self.silence)
    if isQuiet { tell("data again", port, now) }
    isQuiet = false
    let plan = plan ?? announce(mode, port)
    guard mode.hasLayout(of: plan.mode) else { return passOver(frame, mode, plan, at: now, port) }
    if isElsewhere { comeBack(mode, plan, at: now, port) }
    take(frame, plan, at: now, port)
  }

  var nextWake: HostTime? {
    guard let due = plan?.judgementDue else { return quietDue }
    return quietDue.map { min($0, due) } ?? due
  }

  func wake(at now: HostTime, port: DevicePort) {
    if let plan, let due = plan.judgementDue, due <= now { plan.wake(port, at: now) }
    if let due = quietDue, due <= now { fallQuiet(port, now) }
  }

  func farewell(at now: HostTime, port: DevicePort) {
    quietDue = nil
    plan?.finish(skipped: skipped, port, at: now)
    port.send([UInt8](repeating: 0, count: Self.controlSize))
  }

  // MARK: - Sweeps

  private func announce(_ mode: BioSemiMode, _ port: DevicePort) -> BioSemiPlan {
    let streams = BioSemiStreams(mode: mode, settings: settings, category: setup.category).all
    port.announce(
      DeviceIdentity(
        maker: "BioSemi", model: "ActiveTwo \(mode.name)", serial: "", firmware: ""),
      streams: streams.map(\.description))
    let made = BioSemiPlan(mode: mode, streams: streams)
    plan = made
    // Bytes before the first sweep were of no recording.
    skipped = 0
    wasLost = false
    return made
  }

  private func take(_ run: RawSpan, _ plan: BioSemiPlan, at now: HostTime, _ port: DevicePort) {
    let isLate = plan.secondsLate(run, at: now) > Self.usualLateness
    let isBroken = skipped > 0 || wasLost
    if isBroken || (isLate && !plan.isHolding) {
      plan.judge(port, at: now)
      if wasLost {
        port.outlets.dropLast().forEach { $0.noteGap(.linkLost, missing: 0, timeStep: 0) }
      }
      plan.hold(skipped: wasLost ? nil : skipped, at: now)
      skipped = 0
      wasLost = false
    }
    plan.take(run, at: now, port)
  }

  // MARK: - Another mode

  private func passOver(
    _ run: RawSpan, _ mode: BioSemiMode, _ plan: BioSemiPlan, at now: HostTime, _ port: DevicePort
  ) {
    guard let words = mode.wordCount else { return }
    if !isElsewhere {
      plan.judge(port, at: now)
      tell("\(mode.name): not stored, the recording is of \(plan.mode.name)", port, now)
    }
    isElsewhere = true
    let between = skipped / plan.sweepBytes
    skipped = 0
    let count = UInt64(run.byteCount / (words * 4) + between)
    plan.lose(count, .rateChanged, seconds: Double(count) / mode.rate, port)
  }

  private func comeBack(
    _ mode: BioSemiMode, _ plan: BioSemiPlan, at now: HostTime, _ port: DevicePort
  ) {
    isElsewhere = false
    // What lay between the modes: the last sweep of the other one, which nothing confirmed.
    plan.lose(skipped > 0 ? 1 : 0, .rateChanged, seconds: 0, port)
    skipped = 0
    plan.startAnew()
    tell("back in \(mode.name)", port, now)
  }

  // MARK: - Silence

  private func fallQuiet(_ port: DevicePort, _ now: HostTime) {
    quietDue = nil
    let words =
      skipped > 0
      ? "bytes without sync: look at the battery and the optical fibre"
      : "no data: is the box switched on?"
    guard plan != nil else { return port.refuse(.noData(why: words)) }
    isQuiet = true
    tell(words, port, now)
  }

  private func tell(_ label: String, _ port: DevicePort, _ now: HostTime) {
    let sample = port.outlets.first.map { Int64($0.nextSample) } ?? -1
    port.record(Event(time: now, sample: sample, kind: .deviceMessage, label: label), now: now)
  }
}
