public import FluxgateSeal
internal import FluxgateSignal

extension Channel {
  /// Only what is known: an absent text is empty, an absent scale 1, any other number 0.
  var cbor: CBOR {
    var fields: [String: CBOR] = ["name": .text(name)]
    if !kind.isEmpty { fields["kind"] = .text(kind) }
    if !unit.isEmpty { fields["unit"] = .text(unit) }
    if scale != 1 { fields["scale"] = .float(scale) }
    if offset != 0 { fields["offset"] = .float(offset) }
    if range != 0 { fields["range"] = .float(range) }
    if delay != 0 { fields["delay"] = .int(delay) }
    if delayUncertainty != 0 { fields["delayUncertainty"] = .int(delayUncertainty) }
    if let place { fields["place"] = place.cbor }
    return CBOR.fields(fields)
  }

  init?(cbor: CBOR) {
    guard let name = cbor["name"]?.textValue else { return nil }
    self.init(
      name: name, kind: cbor["kind"]?.textValue ?? "", unit: cbor["unit"]?.textValue ?? "",
      scale: cbor["scale"]?.float ?? 1, offset: cbor["offset"]?.float ?? 0,
      range: cbor["range"]?.float ?? 0, delay: cbor["delay"]?.int ?? 0,
      delayUncertainty: cbor["delayUncertainty"]?.int ?? 0,
      place: cbor["place"].flatMap(SensorPlace.init(cbor:)))
  }
}

extension SensorPlace {
  var cbor: CBOR {
    var fields: [String: CBOR] = [
      "position": Self.vector(position), "frame": .text(frame), "source": .text(source),
    ]
    if let direction { fields["direction"] = Self.vector(direction) }
    return CBOR.fields(fields)
  }

  init?(cbor: CBOR) {
    guard let position = cbor["position"].flatMap(Self.vector) else { return nil }
    self.init(
      position: position, direction: cbor["direction"].flatMap(Self.vector),
      frame: cbor["frame"]?.textValue ?? "", source: cbor["source"]?.textValue ?? "")
  }

  private static func vector(_ vector: SIMD3<Double>) -> CBOR {
    .array([.float(vector.x), .float(vector.y), .float(vector.z)])
  }

  private static func vector(_ cbor: CBOR) -> SIMD3<Double>? {
    let numbers = cbor.arrayValue?.compactMap(\.float) ?? []
    return numbers.count == 3 ? SIMD3(numbers[0], numbers[1], numbers[2]) : nil
  }
}

extension CBOR {
  /// An integer where the value is whole and small, else the eight bytes of a float64, big-endian:
  /// the deterministic subset has no floats, and every value has one form.
  public static func float(_ value: Double) -> CBOR {
    if value.magnitude < 0x1p53, value.rounded() == value, value != 0 || value.sign == .plus {
      return .int(Int64(value))
    }
    return .bytes((0..<8).map { UInt8(truncatingIfNeeded: value.bitPattern >> (56 - 8 * $0)) })
  }

  /// The value of ``float(_:)``; nil for anything else.
  public var float: Double? {
    if let int { return Double(int) }
    guard let bytes = bytesValue, bytes.count == 8 else { return nil }
    return Double(bitPattern: bytes.reduce(0) { $0 << 8 | UInt64($1) })
  }
}
