import Fluxgate
import FluxgateDSP
import FluxgateDevice
import FluxgateSignal
import FluxgateSimulation
import FluxgateTransport

/// The three virtual devices of the demonstration, on real pseudo-terminals and a real socket.
struct DemoBench {
  let helmet: TCPHost
  let heart: PtyHost
  let glucose: PtyHost
  let folder: String

  /// - Parameter faults: injects a lost reply, a dropped and a damaged frame, a reboot and two
  ///   pulled cables.
  init(folder: String, faults: Bool) {
    self.folder = folder
    var helmetSettings = FieldTripServerSettings()
    helmetSettings.channelCount = 64
    helmetSettings.rate = 1000
    helmetSettings.ringSeconds = 2
    var heartSettings = VirtualTwinleaf.Settings()
    heartSettings.clockErrorPartsPerMillion = 20
    if faults {
      helmetSettings.faults = [
        InjectedFault(after: .milliseconds(2_000), kind: .dropFrame),
        InjectedFault(after: .milliseconds(4_000), kind: .unplug(duration: .milliseconds(3_000))),
      ]
      heartSettings.faults = [
        InjectedFault(after: .milliseconds(2_505), kind: .dropFrame),
        InjectedFault(after: .milliseconds(2_605), kind: .dropFrame),
        InjectedFault(after: .milliseconds(2_705), kind: .dropFrame),
        InjectedFault(after: .milliseconds(3_505), kind: .corruptFrame),
        InjectedFault(after: .milliseconds(3_605), kind: .corruptFrame),
        InjectedFault(after: .milliseconds(5_000), kind: .unplug(duration: .milliseconds(1_500))),
        InjectedFault(after: .milliseconds(8_500), kind: .reboot),
      ]
    }
    helmet = TCPHost(device: VirtualFieldTripBuffer(helmetSettings))
    heart = PtyHost(device: VirtualTwinleaf(heartSettings), path: folder + "/heart-line")
    let receiver = VirtualDexcom(
      seed: 3, historyHours: 12,
      faults: faults
        ? [
          InjectedFault(after: .milliseconds(300), kind: .dropFrame),
          InjectedFault(after: .milliseconds(700), kind: .corruptFrame),
        ] : [])
    glucose = PtyHost(device: receiver, path: folder + "/glucose-line")
  }

  func start() throws(Fault) {
    do throws(TransportError) {
      try helmet.start()
      try heart.start()
      try glucose.start()
    } catch {
      throw .link(error, device: "virtual devices", link: folder)
    }
  }

  func stop() {
    helmet.stop()
    heart.stop()
    glucose.stop()
  }

  /// Everything the devices made, by device name; once they are stopped.
  var truth: [String: [TruthStream]] {
    ["helmet": helmet.truth, "heart": heart.truth, "glucose": glucose.truth]
  }

  /// The devices as a session sees them.
  func sources() -> [DeviceSource] {
    let port = helmet.port
    let heartPath = heart.path
    let glucosePath = glucose.path
    return [
      DeviceSource(
        name: "helmet", link: "127.0.0.1:\(port)", category: .neuro, chain: Self.chain,
        open: { (_) throws(TransportError) in
          try TCPTransport(host: "127.0.0.1", port: port)
        }, driver: FieldTripDriver.make),
      DeviceSource(
        name: "heart", link: heartPath, category: .cardiac, chain: Self.chain,
        open: { (_) throws(TransportError) in try SerialTransport(path: heartPath, baud: 115_200) },
        driver: TwinleafDriver.make),
      DeviceSource(
        name: "glucose", link: glucosePath, category: .glucose,
        open: { (_) throws(TransportError) in
          try SerialTransport(path: glucosePath, baud: 115_200)
        }, driver: DexcomDriver.make),
    ]
  }

  private static let chain = ChainDefinition(stages: [
    .notch(frequency: 50, q: 30, harmonics: 3), .bandpass(order: 2, low: 1, high: 40),
    .decimate(factor: 4, quantum: 1e-16),
  ])
}
