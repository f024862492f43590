import FluxgateSignal
import FluxgateSimulation
import Glibc
import Testing

/// The maker's own client against the virtual magnetometer: proof that it speaks what real ones do.
@Suite(
  .enabled(
    if: TwinleafPeer.isThere,
    "the twinleaf package is not installed; name a Python that has it in FLUXGATE_PEER_PYTHON"))
struct TwinleafPeerTests {
  @Test("the maker's client reads metadata and every value over TCP")
  func readsOverTCP() throws {
    var settings = VirtualTwinleaf.Settings()
    settings.isBare = true
    let host = TCPHost(device: VirtualTwinleaf(settings))
    try host.start()
    let lines = TwinleafPeer.run(url: "tcp://127.0.0.1:\(host.port)", count: 500)
    host.stop()
    try expect(lines, toMatch: host.truth[0])
  }

  @Test("the maker's client reads metadata and every value over a serial line")
  func readsOverSerial() throws {
    let path = "/tmp/fluxgate-twinleaf-\(getpid())"
    let host = PtyHost(device: VirtualTwinleaf(), path: path)
    try host.start()
    let lines = TwinleafPeer.run(url: "serial://\(path)", count: 500)
    host.stop()
    try expect(lines, toMatch: host.truth[0])
  }

  @Test("the maker's client reads metadata and every value over UDP")
  func readsOverUDP() throws {
    var settings = VirtualTwinleaf.Settings()
    settings.isBare = true
    let host = UDPHost(device: VirtualTwinleaf(settings), cut: VirtualTwinleaf.datagramLength)
    try host.start()
    let lines = TwinleafPeer.run(url: "udp://127.0.0.1:\(host.port)", count: 500)
    host.stop()
    try expect(lines, toMatch: host.truth[0])
  }

  @Test("the maker's client reads one sensor of a hub by its route")
  func readsBehindHub() throws {
    var settings = VirtualTwinleaf.Settings()
    settings.isBare = true
    settings.sensorCount = 3
    let host = TCPHost(device: VirtualTwinleaf(settings))
    try host.start()
    let lines = TwinleafPeer.run(url: "tcp://127.0.0.1:\(host.port)", count: 500, route: "/1")
    host.stop()
    try expect(lines, toMatch: host.truth[2], serial: "SIM0043")
  }

  @Test("the maker's client agrees on a faster rate of a serial line")
  func readsOverFastSerial() throws {
    let path = "/tmp/fluxgate-twinleaf-fast-\(getpid())"
    var settings = VirtualTwinleaf.Settings()
    settings.fastestRate = 1_000_000
    let device = VirtualTwinleaf(settings)
    let host = PtyHost(device: device, path: path)
    try host.start()
    let lines = TwinleafPeer.run(url: "serial://\(path):400000", count: 500)
    host.stop()
    try expect(lines, toMatch: host.truth[0])
    #expect(device.agreedRates == [400_000])
  }

  private func expect(
    _ lines: [[String]], toMatch truth: TruthStream, serial: String = "SIM0042"
  ) throws {
    #expect(lines.contains(["name", "SimHeart"]))
    #expect(lines.contains(["serial", serial]))
    #expect(lines.contains { $0.starts(with: ["stream", "aux", "cell.temperature"]) })
    let rows = lines.filter { $0.first == "row" }
    #expect(rows.count == 500)
    for row in rows {
      let numbers = row.dropFirst().compactMap { Double($0) }
      try #require(numbers.count == 9)
      // The client prints the end of a sample's time.
      let place = Int(((numbers[0] - 1_700_000_000) * 1000).rounded()) - 1
      let made = (0..<8).map { channel in
        let start = (place * 8 + channel) * 4
        return Float(
          bitPattern: truth.rows[start..<start + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) })
      }
      #expect(numbers.dropFirst().map { Float($0) } == made)
    }
  }
}

/// The maker's pure-Python client, which reads the older dialect only.
@Suite(
  .enabled(
    if: TwinleafPeer.hasOlder,
    "the tio package is not installed; name a Python that has it in FLUXGATE_PEER_PYTHON"))
struct TioPeerTests {
  private static var settings: VirtualTwinleaf.Settings {
    var settings = VirtualTwinleaf.Settings()
    settings.dialect = .legacy
    return settings
  }

  @Test("the older client reads descriptions and every value over TCP")
  func readsOverTCP() throws {
    var settings = Self.settings
    settings.isBare = true
    let host = TCPHost(device: VirtualTwinleaf(settings))
    try host.start()
    let lines = TwinleafPeer.run(
      url: "tcp://127.0.0.1:\(host.port)", count: 200, script: "tio_client.py")
    host.stop()
    try expect(lines, toMatch: host.truth)
  }

  @Test("the older client reads descriptions and every value over UDP")
  func readsOverUDP() throws {
    var settings = Self.settings
    settings.isBare = true
    let host = UDPHost(device: VirtualTwinleaf(settings), cut: VirtualTwinleaf.datagramLength)
    try host.start()
    let lines = TwinleafPeer.run(
      url: "udp://127.0.0.1:\(host.port)", count: 200, script: "tio_client.py")
    host.stop()
    try expect(lines, toMatch: host.truth)
  }

  private func expect(_ lines: [[String]], toMatch truth: [TruthStream]) throws {
    #expect(lines.contains(["name", "SimHeart"]))
    #expect(lines.contains(["source", "field", "200", "x", "y", "z"]))
    #expect(lines.contains(["source", "cell", "10", "temperature", "current"]))
    let rows = lines.filter { $0.first == "row" }
    #expect(rows.count == 200)
    for row in rows {
      let number = try #require(Int(row[1]))
      let field = row.dropFirst(2).prefix(3).compactMap { Float($0) }
      #expect(field == Self.words(truth[0], row: number).map(Float.init(bitPattern:)))
      let cell = row.dropFirst(5).compactMap { Int32($0) }
      let made = Self.words(truth[1], row: number / 20).map(Int32.init(bitPattern:))
      #expect(cell == (number % 20 == 0 ? made : []))
    }
  }

  private static func words(_ truth: TruthStream, row: Int) -> [UInt32] {
    let width = truth.channelCount * 4
    return stride(from: row * width, to: (row + 1) * width, by: 4).map { start in
      truth.rows[start..<start + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
  }
}

enum TwinleafPeer {
  static let python = getenv("FLUXGATE_PEER_PYTHON").map { String(cString: $0) } ?? "python3"
  static let isThere = system("\(python) -c 'import twinleaf' >/dev/null 2>&1") == 0

  /// Found without being loaded: what it prints bad packets with may be missing.
  static let hasOlder =
    system(
      "\(python) -c 'import serial, sys, importlib.util as u;"
        + " sys.exit(u.find_spec(\"tio\") is None)' >/dev/null 2>&1") == 0

  static func run(
    url: String, count: Int, route: String = "", script name: String = "twinleaf_client.py"
  ) -> [[String]] {
    let script = #filePath.split(separator: "/").dropLast(2).reduce("") { $0 + "/" + $1 }
    let command = "timeout 60 \(python) \(script)/Peers/\(name) \(url) \(count) \(route)"
    guard let pipe = popen(command, "r") else { return [] }
    defer { pclose(pipe) }
    var lines: [[String]] = []
    var buffer = [CChar](repeating: 0, count: 4096)
    while fgets(&buffer, Int32(buffer.count), pipe) != nil {
      let text = String(
        decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      lines.append(text.split(whereSeparator: \.isWhitespace).map(String.init))
    }
    return lines
  }
}
