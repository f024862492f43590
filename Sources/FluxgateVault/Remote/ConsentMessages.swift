internal import FluxgateConsent
internal import FluxgateSeal

extension ConsentReceipt {
  public var encoded: [UInt8] {
    CBOR.record([
      "v": .unsigned(1), "consent": .bytes(consent.bytes), "index": .unsigned(index),
      "record": record.map { .bytes($0.record.bytes) } ?? .null,
      "salt": record.map { .bytes($0.salt) } ?? .null, "proof": .bytes(proof),
    ]).encoded()
  }

  public init(encoded bytes: [UInt8]) throws(ServiceError) {
    let fields = try WireMap(bytes, count: 6)
    guard let consent = fields["consent"]?.bytesValue.flatMap(ConsentID.init(bytes:)),
      let index = fields["index"]?.uint, let proof = fields["proof"]?.bytesValue
    else { throw .malformed("receipt") }
    self.init(
      consent: consent, record: try fields.salted(), index: index, proof: proof)
  }
}

/// A list of signed consents as it goes over the wire.
public enum ConsentListMessage {
  public static func encoded(_ consents: [[UInt8]]) -> [UInt8] {
    CBOR.record(["v": .unsigned(1), "consents": .array(consents.map { .bytes($0) })]).encoded()
  }

  static func read(_ bytes: [UInt8]) throws(ServiceError) -> [[UInt8]] {
    try WireMap(bytes, count: 2).list("consents").compactMap(\.bytesValue)
  }
}

/// A stretch of the trail as it goes over the wire.
public struct TrailPage: Sendable {
  /// Records in one page at most.
  public static let countMax = 200
  /// Of the log.
  public let size: UInt64
  /// Rising; one whose object is gone is left out.
  public let records: [(index: UInt64, sealed: [UInt8])]

  public init(size: UInt64, records: [(index: UInt64, sealed: [UInt8])]) {
    self.size = size
    self.records = records
  }

  public var encoded: [UInt8] {
    CBOR.record([
      "v": .unsigned(1), "size": .unsigned(size),
      "records": .array(records.map { .array([.unsigned($0.index), .bytes($0.sealed)]) }),
    ]).encoded()
  }

  public init(encoded bytes: [UInt8]) throws(ServiceError) {
    let fields = try WireMap(bytes, count: 3)
    guard let size = fields["size"]?.uint else { throw .malformed("size") }
    var records: [(index: UInt64, sealed: [UInt8])] = []
    for row in try fields.list("records") {
      guard let parts = row.arrayValue, parts.count == 2, let index = parts[0].uint,
        let sealed = parts[1].bytesValue, index < size,
        records.last.map({ $0.index < index }) ?? true
      else { throw .malformed("records") }
      records.append((index, sealed))
    }
    self.init(size: size, records: records)
  }
}

/// An answer that says why something was not done.
public struct ErrorMessage: Sendable, Hashable {
  public let error: String
  public var detail: String?
  /// The code of a refusal, and its entry's index.
  public var reason: String?
  public var index: UInt64?

  public init(_ error: String, detail: String? = nil, reason: String? = nil, index: UInt64? = nil) {
    self.error = error
    self.detail = detail
    self.reason = reason
    self.index = index
  }

  public var encoded: [UInt8] {
    var pairs = [CBORPair(key: .text("v"), value: .unsigned(1))]
    pairs.append(CBORPair(key: .text("error"), value: .text(error)))
    if let detail { pairs.append(CBORPair(key: .text("detail"), value: .text(detail))) }
    if let reason { pairs.append(CBORPair(key: .text("reason"), value: .text(reason))) }
    if let index { pairs.append(CBORPair(key: .text("index"), value: .unsigned(index))) }
    return CBOR.map(pairs).encoded()
  }

  /// Nil for any other bytes.
  init?(encoded bytes: [UInt8]) {
    guard let map = try? CBOR.decode(bytes), map["v"] == .unsigned(1),
      let error = map["error"]?.textValue
    else { return nil }
    self.init(
      error, detail: map["detail"]?.textValue, reason: map["reason"]?.textValue,
      index: map["index"]?.uint)
  }
}
