internal import FluxgateSeal

/// A map of version 1 with a known number of fields.
struct WireMap {
  private let map: CBOR

  init(_ bytes: [UInt8], count: Int) throws(ServiceError) {
    guard let map = try? CBOR.decode(bytes), map.mapValue?.count == count,
      map["v"] == .unsigned(1)
    else { throw .malformed("message") }
    self.map = map
  }

  subscript(name: String) -> CBOR? { map[name] }

  func list(_ name: String) throws(ServiceError) -> [CBOR] {
    guard let list = map[name]?.arrayValue else { throw .malformed(name) }
    return list
  }

  /// Nil where the field is null; an error where it is missing or something else.
  func optional<Value>(
    _ name: String, _ read: (CBOR) -> Value?
  ) throws(ServiceError) -> Value? {
    guard let field = map[name] else { throw .malformed(name) }
    if field == .null { return nil }
    guard let value = read(field) else { throw .malformed(name) }
    return value
  }

  /// The fields `record` and `salt` of a receipt; nil where both are null.
  func salted() throws(ServiceError) -> SaltedRecord? {
    let record = try optional("record", \.bytesValue)
    let salt = try optional("salt", \.bytesValue)
    if record == nil, salt == nil { return nil }
    guard let record = record.flatMap(TrailRecord.init), let salt,
      let salted = SaltedRecord(record, salt: salt)
    else { throw .malformed("record") }
    return salted
  }
}
