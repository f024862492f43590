public import FluxgateDevice
public import FluxgateSignal
public import FluxgateTransport

/// Captures made from virtual devices on a bench, without real time: the same plan and length give
/// the same bytes.
public enum SimulatedCapture {
  /// 2026-01-01T00:00:00Z, when every simulated capture begins.
  public static let start = HostTime(nanoseconds: 1_767_225_600_000_000_000)

  /// Captures one device, read by its own driver, into a new file.
  ///
  /// - Parameters:
  ///   - profiles: hold the device's profile.
  ///   - seconds: of the bench's clock.
  /// - Returns: what the device made.
  public static func write(
    _ plan: SimulationPlan, profiles: ProfileLibrary, seconds: Double, to path: String
  ) throws(TransportError) -> [TruthStream] {
    let device = plan.makeDevice()
    try live(plan, device, seconds: seconds, to: path) { (open) throws(TransportError) in
      let acquisition = Acquisition(
        driver: plan.device.makeDriver(profiles), board: DeviceBoard(name: plan.device.rawValue),
        open: open)
      acquisition.run(link: try open(start), until: StopFlag(), pause: { _ in })
    }
    return device.truth
  }

  /// Captures a device while `run` reads it over links from the opener that it is given.
  public static func live(
    _ plan: SimulationPlan, _ device: any VirtualDevice, seconds: Double, to path: String,
    mostPerRead: Int = .max,
    run: (@escaping Acquisition.Opener) throws(TransportError) -> Void
  ) throws(TransportError) {
    let clock = BenchClock(now: start, end: start.advanced(by: Int64(seconds * 1e9)))
    let writer = try CaptureWriter(path: path)
    let interface = writer.addInterface(
      name: plan.device.rawValue, link: plan.device.link, profile: plan.device.profile,
      comment: "simulated, seed \(plan.seed): of no person and no device")
    try run(
      CapturingTransport.opener(
        BenchTransport.opener(device, clock: clock, mostPerRead: mostPerRead), into: writer,
        interface: interface))
    writer.close()
    if writer.failure != 0 { throw .system(errno: writer.failure) }
  }
}
