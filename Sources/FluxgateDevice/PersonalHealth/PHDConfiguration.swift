/// One measuring object of an agent, as its configuration describes it.
struct PHDObject: Equatable {
  var handle: UInt16
  /// Partition x 65536 + code; 0 where the agent did not say.
  var metric: UInt32 = 0
  var unit: UInt16 = 0
  /// The values of a fixed report or a stored entry, in order.
  var valueMap: [PHDValue] = []
}

/// One value of a map: which attribute, in how many bytes.
struct PHDValue: Equatable {
  var attribute: UInt16
  var byteCount: Int
}

/// What an agent can measure and where it stores: parsed from its own report, so that no device has to
/// be known beforehand.
///
/// Bounded: at most 64 objects of 64 attributes and 32 values.
struct PHDConfiguration: Equatable {
  static let mostObjects = 64
  static let mostAttributes = 64
  static let mostValues = 32

  var objects: [UInt16: PHDObject] = [:]
  /// Handles of the PM-stores.
  var stores: [UInt16] = []

  init() {}

  /// Nil when the list does not hold together.
  init?(_ reader: inout PHDReader) {
    for _ in 0..<reader.listCount(most: Self.mostObjects) {
      let objectClass = reader.u16()
      let object = Self.object(reader.u16(), &reader)
      if objectClass == PHDMetric.storeClass { stores.append(object.handle) }
      objects[object.handle] = object
    }
    guard reader.isWhole else { return nil }
  }

  private static func object(_ handle: UInt16, _ reader: inout PHDReader) -> PHDObject {
    var object = PHDObject(handle: handle)
    for _ in 0..<reader.listCount(most: mostAttributes) {
      let attribute = reader.u16()
      var value = reader.octets()
      object.take(attribute, &value)
    }
    return object
  }
}

extension PHDObject {
  mutating func take(_ attribute: UInt16, _ value: inout PHDReader) {
    switch attribute {
    case PHDAttribute.type: metric = value.u32()
    case PHDAttribute.unit: unit = value.u16()
    case PHDAttribute.valueMap: valueMap = Self.valueMap(&value)
    default: break
    }
  }

  static func valueMap(_ reader: inout PHDReader) -> [PHDValue] {
    var map: [PHDValue] = []
    for _ in 0..<reader.listCount(most: PHDConfiguration.mostValues) {
      map.append(PHDValue(attribute: reader.u16(), byteCount: Int(reader.u16())))
    }
    return reader.isWhole ? map : []
  }
}
