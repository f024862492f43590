internal import FluxgateSignal

/// Little-endian bytes of one record as a receiver writes them, without its CRC.
struct DexcomBytes {
  private(set) var bytes: [UInt8] = []

  mutating func put(_ value: Int64, bytes count: Int) {
    for shift in 0..<count { bytes.append(UInt8(truncatingIfNeeded: value >> (Int64(shift) * 8))) }
  }

  mutating func close() { put(Int64(Self.check(bytes)), bytes: 2) }

  /// CRC-16/XMODEM, bit by bit.
  static func check(_ bytes: [UInt8]) -> UInt16 {
    var remainder: UInt16 = 0
    for byte in bytes {
      for bit in (0..<8).reversed() {
        let high = remainder >> 15 & 1 ^ UInt16(byte >> UInt8(bit) & 1)
        remainder = remainder << 1
        if high == 1 { remainder ^= 0x1021 }
      }
    }
    return remainder
  }
}

/// One partition of a receiver: records of one type, in pages of 500 bytes.
struct VirtualDexcomPartition {
  let name: String
  let type: UInt8
  let revision: UInt8
  let recordLength: Int
  /// Older pages were overwritten long ago.
  private(set) var firstPage: UInt32
  private(set) var records: [[UInt8]] = []
  /// Recorded pages served as they are.
  var loaded: [UInt32: [UInt8]] = [:]

  init(_ name: String, _ type: UInt8, _ revision: UInt8, _ length: Int, firstPage: UInt32 = 0) {
    self.name = name
    self.type = type
    self.revision = revision
    self.firstPage = firstPage
    recordLength = length
  }

  var perPage: Int { 500 / recordLength }
  var firstRecord: Int { Int(firstPage) * perPage }
  var nextRecord: UInt32 { UInt32(firstRecord + records.count) }

  mutating func add(_ record: [UInt8]) { records.append(record) }

  mutating func erase() {
    records = []
    firstPage = 0
  }

  var pageRange: ClosedRange<UInt32>? {
    if let first = loaded.keys.min(), let last = loaded.keys.max() { return first...last }
    guard !records.isEmpty else { return nil }
    return firstPage...firstPage + UInt32((records.count - 1) / perPage)
  }

  /// Nil when there is no such page.
  func page(_ number: UInt32, hasBrokenHeader: Bool) -> [UInt8]? {
    if !loaded.isEmpty { return loaded[number] }
    guard let range = pageRange, range.contains(number) else { return nil }
    let start = Int(number - firstPage) * perPage
    let held = records[start..<min(start + perPage, records.count)]
    var header = DexcomBytes()
    header.put(Int64(firstRecord + start), bytes: 4)
    header.put(Int64(held.count), bytes: 4)
    header.put(Int64(type), bytes: 1)
    header.put(Int64(revision), bytes: 1)
    header.put(Int64(number), bytes: 4)
    header.put(0, bytes: 12)
    header.close()
    var page = header.bytes
    if hasBrokenHeader { page[27] ^= 0x55 }
    for record in held { page += record }
    return page + [UInt8](repeating: 0xFF, count: 528 - page.count)
  }
}

/// What a virtual receiver holds: its clocks, its partitions, and the truth about them.
struct VirtualDexcomMemory {
  /// Seconds from 1970 to the receiver's epoch, 2009-01-01.
  static let epoch: Int64 = 1_230_768_000
  static let systemOffset: Int64 = 126_467_628

  let brokenPages: [UInt8: Set<UInt32>]
  let brokenRecords: [UInt8: Set<UInt32>]
  private(set) var partitions: [UInt8: VirtualDexcomPartition] = [:]
  private(set) var truth: [TruthStream] = []
  var wearer: VirtualWearer
  /// How far the receiver's clock is from UTC, in seconds.
  private let clockError: Int64
  let serial: String
  let model: VirtualDexcomModel
  var hidesPartitions = false

  init(
    seed: UInt64, model: VirtualDexcomModel, brokenPages: [UInt8: Set<UInt32>],
    brokenRecords: [UInt8: Set<UInt32>]
  ) {
    self.model = model
    self.brokenPages = brokenPages
    self.brokenRecords = brokenRecords
    wearer = VirtualWearer(seed: seed, model: model)
    clockError = Int64(seed % 90) - 45
    serial = "SM" + String(10_000_000 + seed % 90_000_000)
    for partition in Self.partitions(of: model) { partitions[partition.type] = partition }
    addManufacturing()
  }

  private static func partitions(of model: VirtualDexcomModel) -> [VirtualDexcomPartition] {
    func partition(
      _ name: String, _ type: UInt8, _ layout: VirtualDexcomModel.Layout, firstPage: UInt32 = 0
    ) -> VirtualDexcomPartition {
      VirtualDexcomPartition(name, type, layout.revision, layout.length, firstPage: firstPage)
    }
    let common = [
      VirtualDexcomPartition("ManufacturingData", 0, 1, 500),
      VirtualDexcomPartition("SensorData", 3, 1, 20, firstPage: 7),
      partition("EGVData", 4, model.glucose, firstPage: 12),
      partition("CalSet", 5, model.calibration, firstPage: 2),
      partition("InsertionTime", 7, model.insertion), partition("MeterData", 10, model.meter),
      VirtualDexcomPartition("UserEventData", 11, 1, 20),
      partition("UserSettingData", 12, model.settings),
    ]
    return model.isTouchscreen ? common + [partition("BackfilledEGV", 18, model.glucose)] : common
  }

  /// As after the command that no gateway may send: every record but the maker's is gone.
  mutating func erase() {
    for type in partitions.keys where type != 0 { partitions[type]?.erase() }
  }

  func systemSeconds(at time: HostTime) -> Int64 {
    time.nanoseconds / .seconds(1) - Self.epoch + clockError
  }

  mutating func load(_ page: [UInt8]) {
    precondition(page.count == 528)
    let number = (0..<4).reduce(UInt32(0)) { $0 | UInt32(page[10 + $1]) << UInt32($1 * 8) }
    partitions[page[8]]?.loaded[number] = page
  }

  mutating func makeReading(at time: HostTime) {
    let system = systemSeconds(at: time)
    for made in wearer.reading(system: system) { add(made, at: system) }
  }

  /// Writes a record and its row of truth.
  private mutating func add(_ made: VirtualDexcomRecord, at system: Int64) {
    guard let partition = partitions[made.type] else { return }
    let number = partition.nextRecord
    var bytes = DexcomBytes()
    bytes.put(system, bytes: 4)
    bytes.put(system + wearer.displayOffset, bytes: 4)
    for (value, width) in made.fields { bytes.put(value, bytes: width) }
    bytes.close()
    var record = bytes.bytes
    precondition(record.count == partition.recordLength)
    let isBroken = brokenRecords[made.type]?.contains(number) ?? false
    if isBroken { record[record.count - 1] ^= 0xAA }
    partitions[made.type]?.add(record)
    let row =
      [Int64(number), system, system + wearer.displayOffset] + made.columns
      + [utc(made.resolved ?? system), made.resolved == nil ? 1 : 2]
    let page = number / UInt32(partition.perPage)
    let isHidden = brokenPages[made.type]?.contains(page) ?? false
    note(row, of: made.stream, isWithheld: isBroken || isHidden)
    for (index, point) in made.points.enumerated() {
      note(
        [Int64(number), Int64(index)] + point + [utc(point[0]), 1], of: "calibration_points",
        isWithheld: isBroken || isHidden)
    }
  }

  private func utc(_ system: Int64) -> Int64 { (system + Self.epoch - clockError) * .seconds(1) }

  private mutating func note(_ row: [Int64], of stream: String, isWithheld: Bool) {
    let place = truth.firstIndex { $0.name == stream } ?? truth.count
    if place == truth.count {
      truth.append(TruthStream(name: stream, sampleType: .int64, channelCount: row.count))
    }
    if isWithheld { truth[place].withheld.append(UInt64(truth[place].rowCount)) }
    var bytes = DexcomBytes()
    for value in row { bytes.put(value, bytes: 8) }
    truth[place].rows += bytes.bytes
  }

  private mutating func addManufacturing() {
    for name in ["SM00000000", serial] {
      let xml =
        "<ManufacturingParameters SerialNumber=\"\(name)\" HardwarePartNumber=\"MD10600\" "
        + "HardwareRevision=\"1\" DateTimeCreated=\"2013-10-01 00:00:00.000 -07:00\" "
        + "HardwareId=\"{00000000-0000-0000-0000-000000000000}\" />"
      var bytes = DexcomBytes()
      bytes.put(100, bytes: 8)
      for byte in xml.utf8 { bytes.put(Int64(byte), bytes: 1) }
      while bytes.bytes.count < 498 { bytes.put(0, bytes: 1) }
      bytes.close()
      partitions[0]?.add(bytes.bytes)
    }
  }
}
