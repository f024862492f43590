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

  private func expect(_ lines: [[String]], toMatch truth: TruthStream) throws {
    #expect(lines.contains(["name", "SimHeart"]))
    #expect(lines.contains(["serial", "SIM0042"]))
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

enum TwinleafPeer {
  static let python = getenv("FLUXGATE_PEER_PYTHON").map { String(cString: $0) } ?? "python3"
  static let isThere = system("\(python) -c 'import twinleaf' >/dev/null 2>&1") == 0

  static func run(url: String, count: Int) -> [[String]] {
    let script = #filePath.split(separator: "/").dropLast(2).reduce("") { $0 + "/" + $1 }
    let command = "timeout 60 \(python) \(script)/Peers/twinleaf_client.py \(url) \(count)"
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
