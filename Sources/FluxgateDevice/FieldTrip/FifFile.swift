internal import FluxgateSignal

/// Reads what Fluxgate needs of a Neuromag FIF file: channels and digitised points.
///
/// A file is a row of tags: kind, type, size and place of the next tag, four bytes each, then the
/// data. Files on disk are big-endian; the header that neuromag2ft makes is in its own machine's
/// order: the first tag's kind tells. Any bytes may come: the walk goes forward only and stops at
/// what does not fit.
enum FifFile {
  private static let fileID: UInt32 = 100
  private static let channelInfo: UInt32 = 203
  private static let digitisedPoint: UInt32 = 213
  private static let tagBytes = 16
  private static let mostTags = 1 << 16

  static func channels(in file: RawSpan, most: Int) -> [FifChannel] {
    var found: [FifChannel] = []
    forEachTag(of: file) { kind, data, order in
      guard kind == channelInfo, found.count < most else { return }
      if let channel = FifChannel(data, order) { found.append(channel) }
    }
    return found
  }

  static func points(in file: RawSpan, most: Int) -> [FifPoint] {
    var found: [FifPoint] = []
    forEachTag(of: file) { kind, data, order in
      guard kind == digitisedPoint, found.count < most else { return }
      if let point = FifPoint(data, order) { found.append(point) }
    }
    return found
  }

  private static func forEachTag(
    of file: RawSpan, _ body: (UInt32, RawSpan, FieldTripByteOrder) -> Void
  ) {
    guard let order = order(of: file) else { return }
    var offset = 0
    for _ in 0..<mostTags {
      guard let kind = order.u32(file, at: offset), let size = order.u32(file, at: offset + 8),
        let next = order.i32(file, at: offset + 12)
      else { return }
      let start = offset + tagBytes
      guard Int(size) <= file.byteCount - start else { return }
      body(kind, file.extracting(start..<start + Int(size)), order)
      let following = start + Int(size)
      guard next >= 0 else { return }
      offset = max(following, Int(next))
    }
  }

  private static func order(of file: RawSpan) -> FieldTripByteOrder? {
    if FieldTripByteOrder.big.u32(file, at: 0) == fileID { return .big }
    return FieldTripByteOrder.little.u32(file, at: 0) == fileID ? .little : nil
  }
}

/// One channel of a FIF file (tag 203, 96 bytes): scan and logical number, kind, range, calibration,
/// coil, twelve numbers of place, unit, power of ten, name.
struct FifChannel: Equatable {
  var name: String
  var kind: String
  var unit: String
  /// Physical value of one code.
  var scale: Double
  var place: SensorPlace?

  init?(_ data: RawSpan, _ order: FieldTripByteOrder) {
    guard data.byteCount >= 96, let kind = order.i32(data, at: 8),
      let range = order.f32(data, at: 12), let calibration = order.f32(data, at: 16),
      let unit = order.i32(data, at: 72), let power = order.i32(data, at: 76)
    else { return nil }
    let name = (80..<96).compactMap { data.u8(at: $0) }.prefix { $0 != 0 }
    self.name = String(decoding: name, as: UTF8.self)
    self.kind = Self.kind(kind)
    self.unit = Self.unit(unit)
    let factor = Double(range) * Double(calibration) * Self.powerOfTen(power)
    scale = factor.isFinite && factor != 0 ? factor : 1
    place = Self.place(data, order, kind)
  }

  private static func kind(_ code: Int32) -> String {
    switch code {
    case 1: "mag"
    case 301: "ref"
    case 2: "eeg"
    case 3: "trigger"
    case 202: "eog"
    case 302: "emg"
    case 402: "ecg"
    default: "misc"
    }
  }

  private static func unit(_ code: Int32) -> String {
    switch code {
    case 101: "Hz"
    case 107: "V"
    case 112: "T"
    case 201: "T/m"
    case 202: "A m"
    default: ""
    }
  }

  private static func powerOfTen(_ power: Int32) -> Double {
    guard (-24...24).contains(power) else { return 1 }
    return (0..<abs(power)).reduce(1.0) { value, _ in power < 0 ? value / 10 : value * 10 }
  }

  /// The origin and the third axis of a magnetometer's coil frame (the coil's normal), in device
  /// coordinates; an electrode's position in head coordinates. All zeros: not known.
  private static func place(
    _ data: RawSpan, _ order: FieldTripByteOrder, _ kind: Int32
  ) -> SensorPlace? {
    let numbers = (0..<12).compactMap { order.f32(data, at: 24 + $0 * 4) }.map(Double.init)
    guard numbers.count == 12, numbers.allSatisfy(\.isFinite), [1, 2, 301].contains(kind),
      numbers.contains(where: { $0 != 0 })
    else { return nil }
    let isCoil = kind != 2
    return SensorPlace(
      position: SIMD3(numbers[0], numbers[1], numbers[2]),
      direction: isCoil ? SIMD3(numbers[9], numbers[10], numbers[11]) : nil,
      frame: isCoil ? "device" : "head", source: "Neuromag header of the server")
  }
}

/// A digitised point (tag 213, 20 bytes): kind, number, place in metres.
struct FifPoint: Equatable {
  var kind: Int32
  var number: Int32
  var position: SIMD3<Float>

  init?(_ data: RawSpan, _ order: FieldTripByteOrder) {
    guard let kind = order.i32(data, at: 0), let number = order.i32(data, at: 4),
      let x = order.f32(data, at: 8), let y = order.f32(data, at: 12),
      let z = order.f32(data, at: 16)
    else { return nil }
    self.kind = kind
    self.number = number
    position = SIMD3(x, y, z)
  }

  var words: String {
    let names: [Int32: String] = [1: "cardinal", 2: "HPI", 3: "EEG", 4: "extra"]
    let name = names[kind] ?? "kind \(kind)"
    return "\(name) \(number): \(position.x) \(position.y) \(position.z) m"
  }
}
