public import FluxgateDevice
internal import FluxgateSignal
public import FluxgateTransport

/// The virtual devices that there are, by the names the command line gives them.
public enum SimulatedDevice: String, Sendable, CaseIterable {
  case helmet, heart, glucose, agent, brain, libre, cyton
  case cytonDaisy = "cyton-daisy"
  case adsBoard = "ads-board"
  case freeEEG32 = "freeeeg32"
  case zeroField = "zero-field"
  case totalField = "total-field"
  case totalField1 = "total-field-1"
  case lsl

  /// Name of the shipped profile that reads it.
  public var profile: String {
    switch self {
    case .helmet: "fieldtrip-buffer"
    case .heart: "twinleaf-tio"
    case .glucose: "dexcom-g4"
    case .agent: "ieee11073-tcp"
    case .brain: "biosemi-activetwo"
    case .libre: "freestyle-libre"
    case .cyton: "openbci-cyton"
    case .cytonDaisy: "openbci-cyton-daisy"
    case .adsBoard: "ads1299-board"
    case .freeEEG32: "freeeeg32"
    case .zeroField: "quspin-qzfm"
    case .totalField: "quspin-qtfm2"
    case .totalField1: "quspin-qtfm"
    case .lsl: "lsl"
    }
  }

  /// The kind of line it is found on.
  public var link: CaptureLink {
    switch self {
    case .helmet: .tcp(port: 1972)
    case .agent: .tcp(port: 6024)
    case .heart, .glucose, .cyton, .cytonDaisy, .adsBoard, .freeEEG32, .zeroField, .totalField,
      .totalField1:
      .serial
    case .lsl: .lsl
    case .brain: .usb(VirtualBioSemi.link)
    case .libre: .usb(VirtualLibre.link)
    }
  }

  /// What it is on a USB cable; nil for what has none.
  public var usbPersonality: USBPersonality? {
    switch self {
    case .helmet, .agent, .lsl: nil
    case .cyton, .cytonDaisy:
      .ftdi(
        USBNameplate(
          0x0403, 0x6015, release: 0x1000, maker: "FTDI", model: "FT231X USB UART",
          serial: "DM00SIM0"))
    case .adsBoard, .freeEEG32:
      .acm(USBNameplate(0x1209, 0x0001, maker: "Board", model: "Simulated board", serial: "SIM8"))
    case .zeroField, .totalField, .totalField1:
      .ftdi(
        USBNameplate(
          0x0403, 0x6001, release: 0x0600, maker: "FTDI", model: "FT232R USB UART",
          serial: "Z3T0SIM0"))
    case .heart:
      .ftdi(
        USBNameplate(
          0x0403, 0x6015, release: 0x1000, maker: "Twinleaf", model: "Simulated sensor",
          serial: "SIM0042"))
    case .glucose:
      .acm(
        USBNameplate(0x22A3, 0x0047, maker: "DexCom", model: "DexCom Gen4 USB Serial", serial: nil))
    case .brain:
      .vendorBulk(
        USBNameplate(0x0547, 0x1005, maker: "BioSemi", model: "Simulated box", serial: "SIM1005"),
        output: 0x01, input: 0x82)
    case .libre:
      .hid(
        USBNameplate(0x1A61, 0x3650, maker: "Abbott", model: "Simulated reader", serial: "SIM3650"),
        reportBytes: 64)
    }
  }

  /// Its driver with the settings of its profile, which the library must hold.
  public func makeDriver(_ profiles: ProfileLibrary) -> Driver {
    guard let profile = profiles[profile] else {
      preconditionFailure("no profile is called \(profile)")
    }
    return DriverTable.make(
      profile, DriverSetup(category: profile.category, settings: profile.settings))
  }
}

/// Which virtual device to make, and what shall go wrong with it. The same plan gives the same bytes.
public struct SimulationPlan: Sendable {
  public var device: SimulatedDevice
  public var seed: UInt64
  /// Of the helmet and the outlet; the others have as many as their models.
  public var channelCount: Int
  public var faults: [InjectedFault]

  public init(
    _ device: SimulatedDevice, seed: UInt64 = 1, channelCount: Int = 64,
    faults: [InjectedFault] = []
  ) {
    self.device = device
    self.seed = seed
    self.channelCount = channelCount
    self.faults = faults
  }

  public func makeDevice() -> any VirtualDevice {
    switch device {
    case .helmet: VirtualFieldTripBuffer(helmet)
    case .heart: VirtualTwinleaf(heart)
    case .glucose: VirtualDexcom(seed: seed, historyHours: 12, faults: faults)
    case .agent: VirtualAgent(agent)
    case .brain: VirtualBioSemi(brain)
    case .libre: VirtualLibre(libre)
    case .cyton: board(.cyton)
    case .cytonDaisy: board(.cytonDaisy)
    case .adsBoard: board(.adsBoard)
    case .freeEEG32: board(.freeEEG32)
    case .zeroField: VirtualQuspin(zeroField)
    case .totalField: VirtualTotalField(totalField(.second))
    case .totalField1: VirtualTotalField(totalField(.first))
    case .lsl: VirtualLSLOutlet(outlet)
    }
  }

  private func board(_ model: BoardModel) -> VirtualCyton {
    var settings = VirtualCyton.Settings()
    settings.model = model
    settings.seed = seed
    settings.faults = faults
    return VirtualCyton(settings)
  }

  /// The stream that `lsl` offers.
  public var outlet: LSLOutletSettings {
    var settings = LSLOutletSettings()
    settings.channelCount = channelCount
    settings.seed = seed
    settings.faults = faults
    return settings
  }

  private var helmet: FieldTripServerSettings {
    var settings = FieldTripServerSettings()
    settings.channelCount = channelCount
    settings.seed = seed
    settings.faults = faults
    return settings
  }

  private var agent: VirtualAgent.Settings {
    var settings = VirtualAgent.Settings()
    settings.seed = seed
    settings.faults = faults
    return settings
  }

  private var brain: VirtualBioSemiSettings {
    var settings = VirtualBioSemiSettings()
    settings.seed = seed
    settings.faults = faults
    return settings
  }

  private var libre: VirtualLibreSettings {
    var settings = VirtualLibreSettings()
    settings.seed = seed
    settings.faults = faults
    return settings
  }

  private var heart: VirtualTwinleaf.Settings {
    var settings = VirtualTwinleaf.Settings()
    settings.seed = seed
    settings.faults = faults
    return settings
  }

  private var zeroField: VirtualQuspin.Settings {
    var settings = VirtualQuspin.Settings()
    settings.seed = seed
    settings.faults = faults
    return settings
  }

  private func totalField(
    _ generation: VirtualTotalField.Generation
  ) -> VirtualTotalField.Settings {
    var settings = VirtualTotalField.Settings()
    settings.generation = generation
    settings.seed = seed
    settings.faults = faults
    return settings
  }
}
