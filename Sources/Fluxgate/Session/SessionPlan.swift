public import FluxgateDSP
public import FluxgateDevice
public import FluxgateLedger
public import FluxgateRecording
public import FluxgateSeal
public import FluxgateSignal
public import FluxgateTransport

/// One device of a session: how its link is opened and who understands it.
public struct DeviceSource: Sendable {
  /// What the technician calls it: unique in the session.
  public var name: String
  /// Name of its link, for faults.
  public var link: String
  /// Opens the link; called again after each loss.
  public var open: @Sendable (HostTime) throws(TransportError) -> any Transport
  /// Makes framer and decoder; called once, on the device's own thread.
  public var driver: @Sendable (DriverSetup) -> Driver
  public var category: Category
  public var settings: [String: String]
  /// Stages for the device's raw streams; nil for none.
  public var chain: ChainDefinition?
  /// True where the link's clock is a capture's: it is never slept for here, and reads wait for room
  /// in the rings, so that a fast replay loses nothing.
  public var isReplayed = false
  /// True where the link is a plug of this computer, so that its coming back can be heard.
  public var isPlugged = false

  public init(
    name: String, link: String, category: Category, settings: [String: String] = [:],
    chain: ChainDefinition? = nil,
    open: @escaping @Sendable (HostTime) throws(TransportError) -> any Transport,
    driver: @escaping @Sendable (DriverSetup) -> Driver
  ) {
    self.name = name
    self.link = link
    self.category = category
    self.settings = settings
    self.chain = chain
    self.open = open
    self.driver = driver
  }
}

/// Everything that a recording session needs to know before it starts.
public struct SessionPlan: Sendable {
  public var devices: [DeviceSource]
  /// Where the recording will be made; must not exist.
  public var folder: String
  public var identity: GatewayIdentity
  public var patient: PatientPublicKey
  /// The patient's signed word for this gateway, as its file; the caller has checked it.
  public var pairing: [UInt8]
  public var limits = SegmentLimits()
  /// The gateway's log; nil leaves segments unanchored, which `verify` says.
  public var log: EmbeddedLog?
  /// Whom to have the log's heads cosigned by; nil leaves everything self-attested only.
  public var witnesses: WitnessPolicy?
  /// Who dates the log's heads; nil leaves the gateway's own clock as the only one.
  public var stamping: Stamping?
  /// The folder of the patient's vault to deliver to while recording; nil for none.
  public var vault: String?
  /// Says who may read beside the patient; nil for nobody.
  public var grants: GrantDesk?
  /// Where store-and-forward devices were left; nil reads them from their first record.
  public var cursors: RecordCursors?
  /// How long a device may take to say who it is.
  public var greetingLimit = Int64.seconds(10)
  /// Free bytes on the disk below which the session closes by itself.
  public var diskReserve: UInt64 = 256 << 20
  /// True: the session ends when every device has ended by itself, as a replayed capture does.
  public var endsWithDevices = false

  public init(
    devices: [DeviceSource], folder: String, identity: GatewayIdentity, patient: PatientPublicKey,
    pairing: [UInt8]
  ) {
    self.devices = devices
    self.folder = folder
    self.identity = identity
    self.patient = patient
    self.pairing = pairing
  }
}
