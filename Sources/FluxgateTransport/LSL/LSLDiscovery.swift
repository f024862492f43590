public import FluxgateSignal
internal import Glibc

/// Asks the network which streams there are: every call sends queries.
public enum LSLDiscovery {
  /// A stream and the address that answered for it.
  public struct Found: Sendable {
    public var info: LSLStreamInfo
    public var address: UInt32

    /// "EEG (type EEG, source abc) on host 192.0.2.1".
    public var text: String {
      let source = info.sourceID.isEmpty ? "no source_id" : "source_id \(info.sourceID)"
      return "\(info.name) (type \(info.type), \(source)) on \(info.hostname) \(host)"
    }

    public var host: String { LSLDiscovery.text(of: address) }
  }

  static let port: UInt16 = 16_571
  /// Streams take the first free of these for their service and for their data.
  static let servicePorts: ClosedRange<UInt16> = 16_572...16_603
  private static let loopback: UInt32 = 0x7F00_0001
  private static let linkGroups: [UInt32] = [0xE000_0001, 0xE000_00B7, 0xFFFF_FFFF]
  private static let siteGroup: UInt32 = 0xEFFF_ACD7
  /// After an answer others are waited for so long: a second stream that fits must be met.
  private static let patience = Int64.milliseconds(400)
  private static let repeatAfter: [Int64] = [0, .milliseconds(300), .seconds(1), .seconds(2)]
  private static let mostFound = 256
  private static let longestAnswer = 16_384

  /// Streams that fit, each once.
  ///
  /// - Parameter all: waits to the end for all, else only for those near the first answer.
  public static func find(
    _ selection: LSLSelection, for time: Int64 = .seconds(3), all: Bool = false
  ) throws(TransportError) -> [Found] {
    let socket = try DatagramSocket()
    try socket.reach(
      hops: selection.scope == .site ? 24 : 1,
      interface: selection.interface.flatMap(address) ?? 0)
    let start = HostClock.now
    var search = Search(selection, port: socket.port, start: start)
    var deadline = start.advanced(by: time)
    var waves = repeatAfter.map { start.advanced(by: $0) }[...]
    var buffer = [UInt8](repeating: 0, count: longestAnswer)
    while HostClock.now < deadline {
      if let due = waves.first, due <= HostClock.now {
        waves.removeFirst()
        for target in search.targets { socket.send(search.message, to: target.0, target.1) }
      }
      guard socket.wait(until: min(deadline, waves.first ?? deadline)),
        let arrival = socket.receive(into: &buffer)
      else { continue }
      guard search.take(buffer[0..<arrival.byteCount], from: arrival.address) else { continue }
      if !all { deadline = min(deadline, HostClock.now.advanced(by: patience)) }
      if search.found.count >= mostFound { break }
    }
    return search.found
  }

  private struct Search {
    let selection: LSLSelection
    let message: [UInt8]
    let targets: [(UInt32, UInt16)]
    private let head: [UInt8]
    private(set) var found: [Found] = []

    init(_ selection: LSLSelection, port: UInt16, start: HostTime) {
      let number = String(UInt64(bitPattern: start.nanoseconds) % 1_000_000_007)
      self.selection = selection
      message = Array("LSL:shortinfo\r\n\(selection.query)\r\n\(port) \(number)\r\n".utf8)
      head = Array("\(number)\r\n".utf8)
      targets = LSLDiscovery.targets(of: selection)
    }

    /// - Returns: true for a stream that was not known.
    mutating func take(_ answer: ArraySlice<UInt8>, from address: UInt32) -> Bool {
      guard answer.starts(with: head),
        let element = LSLElementReader.read(Array(answer.dropFirst(head.count))),
        let info = LSLStreamInfo(element), selection.fits(info),
        !found.contains(where: { $0.info.uid == info.uid })
      else { return false }
      found.append(Found(info: info, address: address))
      return true
    }
  }

  private static func targets(of selection: LSLSelection) -> [(UInt32, UInt16)] {
    if let host = selection.host { return targets(of: [host]) }
    var found = targets(of: selection.peers) + targets(at: loopback)
    if selection.scope != .machine { found += linkGroups.map { ($0, port) } }
    if selection.scope == .site { found.append((siteGroup, port)) }
    return found
  }

  private static func targets(of hosts: [String]) -> [(UInt32, UInt16)] {
    hosts.compactMap(address).flatMap(targets(at:))
  }

  private static func targets(at address: UInt32) -> [(UInt32, UInt16)] {
    [(address, port)] + servicePorts.map { (address, $0) }
  }

  static func address(of host: String) -> UInt32? {
    SocketAddress.find(host: host, port: port).lazy.compactMap(\.ipv4).first
  }

  static func text(of address: UInt32) -> String {
    [24, 16, 8, 0].map { String(address >> UInt32($0) & 0xFF) }.joined(separator: ".")
  }
}
