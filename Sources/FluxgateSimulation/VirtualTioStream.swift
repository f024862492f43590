internal import FluxgateDevice
internal import FluxgateSignal

/// One stream of the virtual magnetometer: numbers, segments, packets and truth.
struct VirtualTioStream {
  struct Batch {
    let packet: TioPacket
    let firstRow: UInt64
    let rowCount: Int
  }

  let info: TioStream
  let columns: [TioColumn]
  let rate: UInt32
  let rowsPerPacket: Int
  /// Samples of a segment: whole seconds, so that the next one starts where this one ends.
  private let segmentLength: UInt32
  private(set) var segment: TioSegment
  private(set) var truth: TruthStream
  private let keepsTruth: Bool
  private let make: (UInt64) -> [Double]
  /// Rows made in the life of the simulation, and since the device's last start.
  private var rowsMade: UInt64 = 0
  private var rowsSinceStart: UInt64 = 0
  private var number: UInt32 = 0
  private var batch: [UInt8] = []
  private var batchRows = 0
  private var start = HostTime(nanoseconds: 0)
  private let partsPerBillion: Int64

  init(
    id: UInt8, name: String, columns: [TioColumn], rate: UInt32, truthType: SampleType,
    prefix: String = "", settings: VirtualTwinleaf.Settings, make: @escaping (UInt64) -> [Double]
  ) {
    let size = columns.reduce(0) { $0 + $1.type.byteCount }
    info = TioStream(
      id: id, columnCount: columns.count, segmentCount: Int(settings.segmentCount),
      sampleSize: size, bufferedSamples: 200, name: name)
    self.columns = columns
    self.rate = rate
    self.make = make
    rowsPerPacket = max(1, min(496 / size, Int(rate) / 50))
    segmentLength = min(settings.segmentSeconds, (1 << 24 - 1) / rate) * rate
    segment = TioSegment(
      streamID: id, id: 0, epoch: .unix, referenceSession: 0, startTime: 0, samplingRate: rate,
      cutoff: Float(rate) / 2, referenceSerial: "")
    truth = TruthStream(name: prefix + name, sampleType: truthType, channelCount: columns.count)
    keepsTruth = settings.keepsTruth
    partsPerBillion = Int64((settings.clockErrorPartsPerMillion * 1000).rounded())
  }

  /// Begins at number 0 of segment 0.
  mutating func begin(at now: HostTime, session: UInt32, epochSecond: UInt32, serial: String) {
    start = now
    rowsSinceStart = 0
    number = 0
    segment.id = 0
    segment.startTime = epochSecond
    segment.referenceSession = session
    segment.referenceSerial = serial
  }

  /// When the packet being filled will be full.
  var nextPacket: HostTime { time(after: rowsSinceStart + UInt64(rowsLeft)) }

  /// Fills the packet that is due and takes it.
  mutating func fill() -> Batch? {
    for _ in 0..<rowsLeft { makeRow() }
    return takeBatch()
  }

  /// Makes the rows that are due before `now` and takes the packet that is not full.
  mutating func cut(at now: HostTime) -> Batch? {
    while time(after: rowsSinceStart + 1) <= now { makeRow() }
    return takeBatch()
  }

  /// Goes on to the next segment when this one is full.
  mutating func rollOver() -> Bool {
    guard number >= segmentLength else { return false }
    segment.startTime += segmentLength / rate
    segment.id = UInt8((Int(segment.id) + 1) % info.segmentCount)
    number = 0
    return true
  }

  mutating func withhold(from first: UInt64, count: Int) {
    guard keepsTruth else { return }
    truth.withheld += (0..<UInt64(count)).map { first + $0 }
  }

  private var rowsLeft: Int {
    min(rowsPerPacket, batchRows + Int(segmentLength - number)) - batchRows
  }

  /// The end of a row; the device's clock is off by `partsPerBillion`.
  private func time(after rows: UInt64) -> HostTime {
    let scaled = Int128(rows) * Int128(1_000_000_000 + partsPerBillion) / Int128(rate)
    return start.advanced(by: Int64(clamping: scaled))
  }

  private mutating func makeRow() {
    for (value, column) in zip(make(rowsMade), columns) {
      batch += Self.wire(value, column.type)
      if keepsTruth { truth.rows += Self.kept(value, column.type, as: truth.sampleType) }
    }
    rowsMade += 1
    rowsSinceStart += 1
    number += 1
    batchRows += 1
  }

  private mutating func takeBatch() -> Batch? {
    guard batchRows > 0 else { return nil }
    let first = number - UInt32(batchRows)
    let packet = TioPacket(
      type: TioPacket.Kind.dataBase + info.id,
      payload: TioBytes.little(UInt64(first), 3) + [segment.id] + batch)
    defer {
      batch.removeAll(keepingCapacity: true)
      batchRows = 0
    }
    return Batch(packet: packet, firstRow: rowsMade - UInt64(batchRows), rowCount: batchRows)
  }

  static func wire(_ value: Double, _ type: TioDataType) -> [UInt8] {
    switch type {
    case .f32: TioBytes.u32(Float(value).bitPattern)
    case .f64: TioBytes.little(value.bitPattern, 8)
    default: TioBytes.little(UInt64(bitPattern: Int64(value.rounded())), type.byteCount)
    }
  }

  static func kept(
    _ value: Double, _ type: TioDataType, as kept: SampleType
  ) -> [UInt8] {
    switch kept {
    case .float32: return TioBytes.u32(Float(value).bitPattern)
    case .float64:
      let seen = type == .f32 ? Double(Float(value)) : type == .f64 ? value : value.rounded()
      return TioBytes.little(seen.bitPattern, 8)
    case .int16, .int32, .int64:
      return TioBytes.little(UInt64(bitPattern: Int64(value.rounded())), kept.byteCount)
    }
  }
}
