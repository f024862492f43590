internal import FluxgateDSP
public import FluxgateDevice
internal import FluxgateRecording
internal import FluxgateSeal
public import FluxgateSignal
public import FluxgateTransport
internal import Synchronization

/// A recording of one or more devices, from their links to sealed, anchored segments.
///
/// `start` makes the threads and returns; nothing after that waits for the caller, a screen or a
/// network. `stop` asks for the end; `finish` waits for it. The order of the end: devices, rings,
/// chunks, journal, segments, log.
public final class RecordingSession: Sendable {
  public let plan: SessionPlan
  public let counters = LiveCounters()
  public let boards: [DeviceBoard]
  public let startedAt: HostTime
  private let devices: [DeviceThread]
  private let deviceStop: StopFlag
  private let machinery: Machinery
  private let faultLog: FaultLog
  private let plugs: PlugWatch?
  private let delivery: (thread: WorkerThread, work: DeliveryThread)?

  /// Opens every device, waits until each has said who it is, and begins the recording.
  public static func start(_ plan: SessionPlan) throws(Fault) -> RecordingSession {
    let stop = StopFlag()
    let plugs = try Self.watchPlugs(of: plan)
    let devices = plan.devices.map {
      DeviceThread($0, cursors: plan.cursors, stop: stop, plugs: plugs)
    }
    let intakes = devices.map(DeviceIntake.init)
    do throws(Fault) {
      try Greeting.wait(for: devices, atMost: plan.greetingLimit) {
        for intake in intakes { intake.makeRoom() }
      }
      return try RecordingSession(plan, intakes, plugs, stop)
    } catch {
      stop.raise()
      for device in devices { device.join() }
      plugs?.stop()
      throw error
    }
  }

  private static func watchPlugs(of plan: SessionPlan) throws(Fault) -> PlugWatch? {
    guard plan.devices.contains(where: \.isPlugged) else { return nil }
    do throws(TransportError) {
      return try PlugWatch()
    } catch {
      throw .link(error, device: "session", link: "watch for plugs")
    }
  }

  private init(
    _ plan: SessionPlan, _ intakes: [DeviceIntake], _ plugs: PlugWatch?, _ stop: StopFlag
  ) throws(Fault) {
    self.plan = plan
    self.plugs = plugs
    devices = intakes.map(\.device)
    deviceStop = stop
    boards = devices.map(\.board)
    startedAt = HostClock.now
    faultLog = FaultLog()
    machinery = try Machinery(
      plan, devices: intakes, started: startedAt, counters: counters, faults: faultLog, stop: stop)
    let counters = counters
    delivery = plan.vault.map { vault in
      let work = DeliveryThread(plan: plan, vault: vault, counters: counters)
      return (work.start(), work)
    }
  }

  /// What went wrong so far, oldest first.
  public var faults: [Fault] { faultLog.all }

  /// Asks for the end; returns at once. Safe from any thread and more than once.
  public func stop() { deviceStop.raise() }

  /// Asks for the end for a reason that the result names.
  public func stop(because fault: Fault) {
    if !isStopping { faultLog.add(fault) }
    stop()
  }

  /// Records a marker, now. For the thread that watches the session.
  public func mark(_ label: String) { machinery.markers.mark(label) }

  /// True once every device has ended, by itself or because it was asked to.
  public var devicesHaveEnded: Bool { devices.allSatisfy(\.hasEnded) }

  /// True once nobody can put rows into this recording any more.
  public var isStopping: Bool { deviceStop.isRaised }

  /// The folder of the recording.
  public var folder: String { plan.folder }

  /// Streams as the screen shows them.
  public var views: [StreamView] { machinery.views }

  /// Writes metadata anew when it has changed; to be called now and then by whoever waits.
  public func refreshMetadata() {
    if let plugs { machinery.markers.note(plugs.events) }
    machinery.refreshMetadata()
  }

  /// What was plugged in or unplugged last while the session ran; nil when nothing was.
  public var lastPlug: PlugEvent? {
    guard let events = plugs?.events, events.count > 0 else { return nil }
    return events[events.count - 1]
  }

  private func nameDeadDevices() {
    for device in devices where device.hasEnded && !device.source.isReplayed {
      faultLog.add(
        Fault(
          "T12", "\(device.source.name): ended before the recording did (\(device.source.link))",
          state: "What it gave before is stored.",
          remedy: "see what the device says, then start a new recording",
          cause: device.board.refusals.all.last.map { "\($0)" } ?? "", exit: .incomplete))
    }
  }

  /// Waits until everything is on the disk, closed and anchored.
  public func finish() -> SessionResult {
    if !isStopping { nameDeadDevices() }
    stop()
    for device in devices { device.join() }
    plugs?.stop()
    if let plugs { machinery.markers.note(plugs.events) }
    let result = machinery.finish(faults: faultLog)
    guard let delivery, let fault = delivery.work.finish(delivery.thread) else { return result }
    return SessionResult(
      accounts: result.accounts, faults: result.faults + [fault], cosigning: result.cosigning,
      dating: result.dating)
  }
}

/// One stream for the screen: copies of its blocks, its counters and what it is.
public struct StreamView: Sendable {
  public let device: String
  public let description: StreamDescription
  public let counters: StreamCounters
  /// The device's ring, for its fill.
  public let ring: BlockRing
  /// Copies of blocks; claim its reader once.
  public let blocks: BlockRing
}

/// How a session ended.
public struct SessionResult: Sendable {
  /// One stream's account: received = stored + lost.
  public struct Account: Sendable {
    public let device: String
    public let stream: String
    public let kind: StreamKind
    public let number: UInt32
    public let stored: UInt64
    public let lost: [DiscontinuityReason: UInt64]
    /// Samples that were received after the disk failed: neither stored nor named in the recording.
    public let unstored: UInt64
    public let digest: [UInt8]

    public var lostTotal: UInt64 { lost.values.reduce(0, +) }
    public var received: UInt64 { stored + lostTotal + unstored }
  }

  /// How far the witnesses came.
  public struct Cosigning: Sendable {
    /// Segments in the log, and those of them in a checkpoint that enough witnesses have cosigned.
    public let segments, cosigned: UInt64
    public let quorum, witnesses: Int
    /// Each witness that has not cosigned, and why.
    public let troubles: [String]
  }

  /// How far an outside clock came.
  public struct Dating: Sendable {
    /// The last head that was dated in this session.
    public let newest: DatedHead?
    /// Why the log's last head has no date; entries are dated with the next one.
    public let fault: Fault?
  }

  public let accounts: [Account]
  public let faults: [Fault]
  /// Nil where the log has no witnesses: everything is self-attested only.
  public let cosigning: Cosigning?
  /// Nil where no authority is asked.
  public let dating: Dating?

  public var exit: ExitStatus {
    if let worst = faults.first(where: { $0.exit == .damaged || $0.exit == .failed }) {
      return worst.exit
    }
    let lost = accounts.contains { $0.lostTotal > 0 }
    return lost || !faults.isEmpty ? .incomplete : .done
  }
}
