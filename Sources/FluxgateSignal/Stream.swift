/// A unit of consent: what shares a category shares keys and cannot be granted apart.
public enum Category: UInt16, Sendable, CaseIterable, Hashable {
  case cardiac = 1
  case neuro = 2
  case glucose = 3
  case derived = 4
  case context = 5

  public init?(name: String) {
    guard let found = Category.allCases.first(where: { $0.name == name }) else { return nil }
    self = found
  }

  public var name: String {
    switch self {
    case .cardiac: "cardiac"
    case .neuro: "neuro"
    case .glucose: "glucose"
    case .derived: "derived"
    case .context: "context"
    }
  }
}

/// What the rows of a stream are. Raw values are written to recordings: never renumber.
public enum StreamKind: UInt8, Sendable, CaseIterable, Hashable {
  case raw = 1
  case processed = 2
  case features = 3
  case events = 4
  case records = 5
  case meta = 6

  public var name: String {
    switch self {
    case .raw: "raw"
    case .processed: "processed"
    case .features: "features"
    case .events: "events"
    case .records: "records"
    case .meta: "meta"
    }
  }
}

/// One column of a stream. Physical value = code x scale + offset, in `unit`.
public struct Channel: Sendable, Hashable {
  public var name: String
  /// What is measured: "mag", "ref", "trigger", "temperature", "glucose", "time", "flags", …
  public var kind: String
  /// SI or clinical unit of the physical value ("T", "V", "mg/dL"); empty for a pure number.
  public var unit: String
  public var scale: Double
  public var offset: Double
  /// Largest |physical value| the sensor can give; zero when unknown.
  public var range: Double
  /// Delay from the field to the sample, in nanoseconds, and how well it is known; zero when unknown.
  public var delay: Int64
  public var delayUncertainty: Int64
  /// Nil where nobody says where the sensor sits.
  public var place: SensorPlace?

  public init(
    name: String, kind: String, unit: String, scale: Double = 1, offset: Double = 0,
    range: Double = 0, delay: Int64 = 0, delayUncertainty: Int64 = 0, place: SensorPlace? = nil
  ) {
    self.name = name
    self.kind = kind
    self.unit = unit
    self.scale = scale
    self.offset = offset
    self.range = range
    self.delay = delay
    self.delayUncertainty = delayUncertainty
    self.place = place
  }
}

/// What a device says about one of its streams before the first row of it.
public struct StreamDescription: Sendable, Hashable {
  public var name: String
  public var kind: StreamKind
  public var category: Category
  public var sampleType: SampleType
  public var channels: [Channel]
  /// Samples a second as the device states it; nil where rows come when they come.
  public var rate: Double?

  public init(
    name: String, kind: StreamKind, category: Category, sampleType: SampleType,
    channels: [Channel], rate: Double?
  ) {
    self.name = name
    self.kind = kind
    self.category = category
    self.sampleType = sampleType
    self.channels = channels
    self.rate = rate
  }

  public var rowByteCount: Int { channels.count * sampleType.byteCount }
}

/// What a device says of itself. It reaches recordings sealed, never in the clear.
public struct DeviceIdentity: Sendable, Hashable {
  public var maker: String
  public var model: String
  public var serial: String
  public var firmware: String

  public init(maker: String, model: String, serial: String, firmware: String) {
    self.maker = maker
    self.model = model
    self.serial = serial
    self.firmware = firmware
  }
}
