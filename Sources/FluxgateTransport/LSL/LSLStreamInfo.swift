/// What every Lab Streaming Layer stream says of itself (protocol 1.10).
public struct LSLStreamInfo: Sendable, Hashable {
  public var name: String
  public var type: String
  public var channelCount: Int
  /// "float32", "double64", "string", "int32", "int16", "int8" or "int64"; another word is kept.
  public var format: String
  /// What the stream keeps over restarts of its program; may be empty.
  public var sourceID: String
  /// Samples a second; 0 where they come when they come.
  public var rate: Double
  /// 110 for protocol 1.10.
  public var version: Int
  /// Made anew by every start of the outlet.
  public var uid: String
  public var sessionID: String
  public var hostname: String
  public var dataPort: UInt16
  public var servicePort: UInt16

  public static let mostChannels = 4096
  /// One sample in a quarter of an hour, to a million a second.
  private static let rates = 0.001...1_000_000

  /// - Returns: nil where the name, the uid, the version, the rate, the channels or the ports are
  ///   none.
  public init?(_ info: LSLElement) {
    guard info.name == "info", let name = info.text("name"), let uid = info.text("uid"),
      let version = info.text("version").flatMap(Double.init), version >= 1, version < 2,
      let count = info.text("channel_count").flatMap({ Int($0) }),
      (1...Self.mostChannels).contains(count),
      let data = info.text("v4data_port").flatMap({ UInt16($0) }), data > 0,
      let service = info.text("v4service_port").flatMap({ UInt16($0) }), service > 0,
      let rate = Double(info.text("nominal_srate") ?? "0"), rate == 0 || Self.rates.contains(rate)
    else { return nil }
    self.name = name
    self.uid = uid
    self.version = Int((version * 100).rounded())
    self.rate = rate
    channelCount = count
    dataPort = data
    servicePort = service
    type = info.text("type") ?? ""
    format = info.text("channel_format") ?? ""
    sourceID = info.text("source_id") ?? ""
    sessionID = info.text("session_id") ?? ""
    hostname = info.text("hostname") ?? ""
  }
}
