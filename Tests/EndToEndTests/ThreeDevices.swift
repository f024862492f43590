import Fluxgate
import FluxgateDSP
import FluxgateDevice
import FluxgateSignal
import FluxgateSimulation
import FluxgateTransport

/// Three virtual devices in this process, each on a line of its own, one for each category.
final class ThreeDevices {
  let helmet: TCPHost
  let heart: PtyHost
  let glucose: PtyHost

  /// - Parameter folder: where the serial lines appear.
  init(
    folder: String, seed: UInt64 = 1, channels: Int = 64, helmetFaults: [InjectedFault] = [],
    heartFaults: [InjectedFault] = [], glucoseFaults: [InjectedFault] = []
  ) {
    var helmetSettings = FieldTripServerSettings()
    helmetSettings.channelCount = channels
    helmetSettings.ringSeconds = 2
    helmetSettings.seed = seed
    helmetSettings.faults = helmetFaults
    var heartSettings = VirtualTwinleaf.Settings()
    heartSettings.seed = seed
    heartSettings.clockErrorPartsPerMillion = 20
    heartSettings.faults = heartFaults
    helmet = TCPHost(device: VirtualFieldTripBuffer(helmetSettings))
    heart = PtyHost(device: VirtualTwinleaf(heartSettings), path: folder + "/heart-line")
    glucose = PtyHost(
      device: VirtualDexcom(seed: seed, historyHours: 12, faults: glucoseFaults),
      path: folder + "/glucose-line")
  }

  func start() throws {
    try helmet.start()
    try heart.start()
    try glucose.start()
  }

  func stop() {
    helmet.stop()
    heart.stop()
    glucose.stop()
  }

  /// As `fluxgate record` takes them.
  var specs: [String] {
    [
      "helmet=fieldtrip-buffer@127.0.0.1:\(helmet.port)", "heart=twinleaf-tio@\(heart.path)",
      "glucose=dexcom-g4@\(glucose.path)",
    ]
  }

  /// What each device made, by the category it records in; once they are stopped.
  var truth: [Category: [TruthStream]] {
    [.neuro: helmet.truth, .cardiac: heart.truth, .glucose: glucose.truth]
  }

  func sources() -> [DeviceSource] { [helmetSource, heartSource, glucoseSource] }

  var helmetSource: DeviceSource {
    let port = helmet.port
    return DeviceSource(
      name: "helmet", link: "127.0.0.1:\(port)", category: .neuro, chain: Self.chain,
      open: { (_) throws(TransportError) in try TCPTransport(host: "127.0.0.1", port: port) },
      driver: FieldTripDriver.make)
  }

  var heartSource: DeviceSource {
    Self.serial("heart", heart.path, .cardiac, Self.chain, TwinleafDriver.make)
  }

  private var glucoseSource: DeviceSource {
    Self.serial("glucose", glucose.path, .glucose, nil, DexcomDriver.make)
  }

  private static func serial(
    _ name: String, _ path: String, _ category: Category, _ chain: ChainDefinition?,
    _ driver: @escaping @Sendable (DriverSetup) -> Driver
  ) -> DeviceSource {
    DeviceSource(
      name: name, link: path, category: category, chain: chain,
      open: { (_) throws(TransportError) in try SerialTransport(path: path, baud: 115_200) },
      driver: driver)
  }

  private static let chain = ChainDefinition(stages: [
    .notch(frequency: 50, q: 30, harmonics: 3), .bandpass(order: 2, low: 1, high: 40),
    .decimate(factor: 4, quantum: 1e-16),
  ])
}
