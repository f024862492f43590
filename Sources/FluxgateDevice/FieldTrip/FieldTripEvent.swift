internal import FluxgateSignal

/// One event as a server holds it.
struct FieldTripEvent: Equatable {
  /// Number of the sample on the server's own count.
  var sample: Int
  var duration: Int
  var label: String
  var value: EventValue

  /// All events of a payload up to the first that is damaged, at most `most`.
  static func all(
    in payload: RawSpan, _ order: FieldTripByteOrder, most: Int
  ) -> [FieldTripEvent] {
    var events: [FieldTripEvent] = []
    var offset = 0
    while events.count < most, let next = one(in: payload, order, at: &offset) {
      events.append(next)
    }
    return events
  }

  private static func one(
    in payload: RawSpan, _ order: FieldTripByteOrder, at offset: inout Int
  ) -> FieldTripEvent? {
    let body = offset + FieldTripMessage.eventDefinitionSize
    guard let typeType = order.u32(payload, at: offset),
      let typeCount = order.u32(payload, at: offset + 4),
      let valueType = order.u32(payload, at: offset + 8),
      let valueCount = order.u32(payload, at: offset + 12),
      let sample = order.u32(payload, at: offset + 16),
      let duration = order.u32(payload, at: offset + 24),
      let size = order.u32(payload, at: offset + 28).map(Int.init),
      size <= payload.byteCount - body,
      let typeSize = byteCount(typeType, typeCount),
      let valueSize = byteCount(valueType, valueCount),
      typeSize + valueSize <= size
    else { return nil }
    offset = body + size
    let type = value(payload.extracting(body..<body + typeSize), order, typeType)
    let valueStart = body + typeSize
    return FieldTripEvent(
      sample: Int(Int32(bitPattern: sample)), duration: Int(max(0, Int32(bitPattern: duration))),
      label: text(type),
      value: value(payload.extracting(valueStart..<valueStart + valueSize), order, valueType))
  }

  private static func text(_ value: EventValue) -> String {
    switch value {
    case .none: "event"
    case .integer(let integer): String(integer)
    case .float(let float): String(float)
    case .text(let text): text
    }
  }

  private static func value(
    _ bytes: RawSpan, _ order: FieldTripByteOrder, _ type: UInt32
  ) -> EventValue {
    guard bytes.byteCount > 0, let size = elementSize(type) else { return .none }
    if type == 0 {
      let letters = (0..<min(bytes.byteCount, 256)).compactMap { bytes.u8(at: $0) }
      return .text(String(decoding: letters, as: UTF8.self))
    }
    let count = min(bytes.byteCount / size, 16)
    let numbers = (0..<count).compactMap { number(bytes, order, at: $0 * size, type) }
    guard count > 1 else { return numbers.first ?? .none }
    return .text(numbers.map(text).joined(separator: " "))
  }

  private static func number(
    _ bytes: RawSpan, _ order: FieldTripByteOrder, at offset: Int, _ type: UInt32
  ) -> EventValue? {
    switch type {
    case 1: bytes.u8(at: offset).map { .integer(Int64($0)) }
    case 2: order.u16(bytes, at: offset).map { .integer(Int64($0)) }
    case 3: order.u32(bytes, at: offset).map { .integer(Int64($0)) }
    case 4:
      order.u64(bytes, at: offset).map {
        Int64(exactly: $0).map(EventValue.integer) ?? .float(Double($0))
      }
    case 5: bytes.u8(at: offset).map { .integer(Int64(Int8(bitPattern: $0))) }
    case 6: order.u16(bytes, at: offset).map { .integer(Int64(Int16(bitPattern: $0))) }
    case 7: order.u32(bytes, at: offset).map { .integer(Int64(Int32(bitPattern: $0))) }
    case 8: order.u64(bytes, at: offset).map { .integer(Int64(bitPattern: $0)) }
    case 9: order.f32(bytes, at: offset).map { .float(Double($0)) }
    case 10: order.f64(bytes, at: offset).map { .float($0) }
    default: nil
    }
  }

  private static func byteCount(_ type: UInt32, _ count: UInt32) -> Int? {
    elementSize(type).map { $0 * Int(count) }
  }

  private static func elementSize(_ type: UInt32) -> Int? {
    let sizes = [1, 1, 2, 4, 8, 1, 2, 4, 8, 4, 8]
    return type < UInt32(sizes.count) ? sizes[Int(type)] : nil
  }
}
