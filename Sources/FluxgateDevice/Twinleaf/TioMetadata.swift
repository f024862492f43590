/// What a TIO device says of itself, piece by piece.
///
/// Every piece opens with the length of its fixed part; a longer one than known here has fields of
/// later firmware, which are passed over. Texts follow in the order of their length bytes.
public enum TioMetadata: Sendable, Hashable {
  case device(TioDevice)
  case stream(TioStream)
  case segment(TioSegment)
  case column(TioColumn)

  /// - Returns: nil for an unknown kind and for a body that is cut short.
  public init?(kind: UInt8, body: RawSpan) {
    switch kind {
    case 1: self.init(TioDevice(body).map(TioMetadata.device))
    case 2: self.init(TioStream(body).map(TioMetadata.stream))
    case 3: self.init(TioSegment(body).map(TioMetadata.segment))
    case 4: self.init(TioColumn(body).map(TioMetadata.column))
    default: return nil
    }
  }

  private init?(_ parsed: TioMetadata?) {
    guard let parsed else { return nil }
    self = parsed
  }

  public var kind: UInt8 {
    switch self {
    case .device: 1
    case .stream: 2
    case .segment: 3
    case .column: 4
    }
  }
}

public struct TioDevice: Sendable, Hashable {
  /// Random for each boot: a new one means that the device started anew.
  public var session: UInt32
  public var streamCount: Int
  public var name: String
  public var serial: String
  public var firmware: String

  public init(session: UInt32, streamCount: Int, name: String, serial: String, firmware: String) {
    self.session = session
    self.streamCount = streamCount
    self.name = name
    self.serial = serial
    self.firmware = firmware
  }
}

public struct TioStream: Sendable, Hashable {
  public var id: UInt8
  public var columnCount: Int
  public var segmentCount: Int
  public var sampleSize: Int
  public var bufferedSamples: Int
  public var name: String

  public init(
    id: UInt8, columnCount: Int, segmentCount: Int, sampleSize: Int, bufferedSamples: Int,
    name: String
  ) {
    self.id = id
    self.columnCount = columnCount
    self.segmentCount = segmentCount
    self.sampleSize = sampleSize
    self.bufferedSamples = bufferedSamples
    self.name = name
  }
}

/// A stretch of a stream in which the sample numbers run without a break from 0.
public struct TioSegment: Sendable, Hashable {
  public enum Epoch: UInt8, Sendable {
    case invalid, zero, system, unix
  }

  public var streamID: UInt8
  public var id: UInt8
  public var isValid: Bool
  public var isActive: Bool
  public var epoch: Epoch
  public var referenceSession: UInt32
  /// Seconds after the epoch at which sample 0 began.
  public var startTime: UInt32
  public var samplingRate: UInt32
  public var decimation: UInt32
  public var cutoff: Float
  public var filter: UInt8
  public var referenceSerial: String

  public init(
    streamID: UInt8, id: UInt8, isValid: Bool = true, isActive: Bool = true, epoch: Epoch,
    referenceSession: UInt32, startTime: UInt32, samplingRate: UInt32, decimation: UInt32 = 1,
    cutoff: Float = 0, filter: UInt8 = 0, referenceSerial: String
  ) {
    self.streamID = streamID
    self.id = id
    self.isValid = isValid
    self.isActive = isActive
    self.epoch = epoch
    self.referenceSession = referenceSession
    self.startTime = startTime
    self.samplingRate = samplingRate
    self.decimation = decimation
    self.cutoff = cutoff
    self.filter = filter
    self.referenceSerial = referenceSerial
  }
}

public struct TioColumn: Sendable, Hashable {
  public var streamID: UInt8
  public var index: Int
  public var type: TioDataType
  public var name: String
  public var units: String
  public var summary: String

  public init(
    streamID: UInt8, index: Int, type: TioDataType, name: String, units: String, summary: String
  ) {
    self.streamID = streamID
    self.index = index
    self.type = type
    self.name = name
    self.units = units
    self.summary = summary
  }
}
