import FluxgateSignal
import FluxgateSimulation
import Glibc
import Testing

/// A client that laboratories use, against the virtual sensor: proof that it speaks what real ones do.
@Suite(
  .enabled(
    if: QuspinPeer.isThere,
    "the QZFM package is not installed; name a Python that has it in FLUXGATE_PEER_PYTHON"))
struct QuspinPeerTests {
  @Test func `another laboratory's client reads state, coils and field`() throws {
    var settings = VirtualQuspin.Settings()
    settings.isWarm = true
    let path = "/tmp/fluxgate-quspin-\(getpid())"
    let host = PtyHost(device: VirtualQuspin(settings), path: path)
    try host.start()
    let lines = QuspinPeer.run(path, seconds: 1)
    host.stop()
    for lamp in ["laser on (LED1)", "cell temp lock (LED2)", "laser lock (LED3)"] {
      #expect(lines.contains("led True \(lamp)"))
    }
    let coil = try #require(lines.first { $0.hasSuffix("Bz field (pT)") })
    #expect(Double(coil.split(separator: " ")[1]).map { abs($0 - 814.5) < 0.01 } == true)
    try expectField(lines, host.truth[0])
  }

  /// Every value the client printed is the one that the sensor made, one after another.
  private func expectField(_ lines: [String], _ truth: TruthStream) throws {
    let read = lines.filter { $0.hasPrefix("field ") }.compactMap { Double($0.dropFirst(6)) }
    #expect(read.count == 200)
    let made = (0..<truth.rowCount).map { row in
      let code = truth.rows[row * 4..<row * 4 + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
      return Double(Int32(bitPattern: code) - 8_388_608) * 0.01
    }
    let start = try #require(made.indices.first { made[$0...].starts(with: read) })
    #expect(start < 400)
  }
}

enum QuspinPeer {
  static let python = getenv("FLUXGATE_PEER_PYTHON").map { String(cString: $0) } ?? "python3"
  /// By name: the package itself asks for windows that a test does not open.
  static let isThere =
    system("\(python) -c 'import importlib.metadata as m; m.version(\"QZFM\")' >/dev/null 2>&1")
    == 0

  static func run(_ path: String, seconds: Int) -> [String] {
    let script = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }
    let command = "timeout 90 \(python) \(script)/Peers/qzfm_client.py \(path) \(seconds)"
    guard let pipe = popen(command, "r") else { return [] }
    defer { pclose(pipe) }
    var lines: [String] = []
    var buffer = [CChar](repeating: 0, count: 4096)
    while fgets(&buffer, Int32(buffer.count), pipe) != nil {
      let text = buffer.prefix { $0 != 0 && $0 != 10 }.map(UInt8.init(bitPattern:))
      lines.append(String(decoding: text, as: UTF8.self))
    }
    return lines
  }
}
