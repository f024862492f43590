public import FluxgateSeal
public import FluxgateSignal

/// The sealed metadata of one category (``RecordingFormat``, "Meta streams"): what its streams are
/// called and measure, and whatever else the gateway says of them.
public struct CategoryMeta: Sendable, Hashable {
  public var streams: [UInt32: StreamMeta]
  /// Further fields (`subject`, `device`, `clock`, …), kept as they are.
  public var other: [String: CBOR]

  public init(
    streams: [UInt32: StreamMeta], other: [String: CBOR] = [:]
  ) {
    self.streams = streams
    self.other = other
  }

  public func encoded() -> [UInt8] {
    var fields = other
    fields["streams"] = .map(
      streams.map { CBORPair(key: .unsigned(UInt64($0.key)), value: $0.value.cbor) })
    return CBOR.fields(fields).encoded()
  }

  public init(_ document: [UInt8]) throws(MetaFault) {
    guard let value = try? CBOR.decode(document), let pairs = value.mapValue else {
      throw .schema("document")
    }
    self.init(streams: [:])
    for pair in pairs {
      switch pair.key.textValue {
      case "streams"?: streams = try Self.streams(pair.value)
      case let key?: other[key] = pair.value
      case nil: throw .schema("key")
      }
    }
  }

  private static func streams(_ value: CBOR) throws(MetaFault) -> [UInt32: StreamMeta] {
    guard let pairs = value.mapValue else { throw .schema("streams") }
    var streams: [UInt32: StreamMeta] = [:]
    for pair in pairs {
      guard let number = pair.key.uint.flatMap(UInt32.init(exactly:)) else {
        throw .schema("streams")
      }
      streams[number] = try StreamMeta(pair.value)
    }
    return streams
  }
}

/// What one stream is called, how fast it runs and what its columns are.
public struct StreamMeta: Sendable, Hashable {
  public var name: String
  /// Samples a second; nil where rows come when they come.
  public var rate: Double?
  public var channels: [Channel]
  /// Texts that the events of an events stream name by number.
  public var labels: [String]
  /// Further fields (`stages`, `quantum`, …), kept as they are.
  public var other: [String: CBOR]

  public init(
    name: String, rate: Double?, channels: [Channel], labels: [String] = [],
    other: [String: CBOR] = [:]
  ) {
    self.labels = labels
    self.name = name
    self.rate = rate
    self.channels = channels
    self.other = other
  }

  /// As the device described it.
  public init(_ description: StreamDescription) {
    self.init(
      name: description.name, rate: description.rate, channels: description.channels)
  }

  var cbor: CBOR {
    var fields = other
    fields["name"] = .text(name)
    if let rate { fields["rate"] = .float(rate) }
    fields["columns"] = .array(channels.map(\.cbor))
    if !labels.isEmpty { fields["labels"] = .array(labels.map(CBOR.text)) }
    return CBOR.fields(fields)
  }

  init(_ value: CBOR) throws(MetaFault) {
    guard let name = value["name"]?.textValue, let columns = value["columns"]?.arrayValue,
      let pairs = value.mapValue
    else { throw .schema("stream") }
    var channels: [Channel] = []
    for column in columns {
      guard let channel = Channel(cbor: column) else { throw .schema("column") }
      channels.append(channel)
    }
    var other: [String: CBOR] = [:]
    for pair in pairs {
      guard let key = pair.key.textValue else { throw .schema("stream") }
      if !["name", "rate", "columns", "labels"].contains(key) { other[key] = pair.value }
    }
    let labels = value["labels"]?.arrayValue ?? []
    let texts = labels.compactMap(\.textValue)
    guard texts.count == labels.count else { throw .schema("labels") }
    self.init(
      name: name, rate: value["rate"]?.float, channels: channels, labels: texts, other: other)
  }
}
