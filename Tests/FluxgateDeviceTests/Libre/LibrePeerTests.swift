import FluxgateSimulation
import Glibc
import Testing

@testable import FluxgateDevice

/// Another project's reader against the virtual one: proof that it speaks, and encrypts, as real
/// ones are known to.
@Suite(
  .enabled(
    if: LibrePeer.isThere,
    "the freestyle-hid package is not installed; name a Python that has it in FLUXGATE_PEER_PYTHON")
)
struct LibrePeerTests {
  @Test(arguments: [false, true])
  func `freestyle-hid reads every record`(isEncrypted: Bool) throws {
    var settings = VirtualLibreSettings()
    if isEncrypted { settings.keys = VirtualLibre.testKeys(seed: 8) }
    let host = TCPHost(device: VirtualLibre(settings))
    try host.start()
    let lines = LibrePeer.run(port: host.port, keys: settings.keys)
    host.stop()
    #expect(lines.first == "serial \(VirtualLibre.serial)")
    let history = lines.filter { $0.hasPrefix("$history?") }.map { $0.split(separator: "\t") }
    let truth = host.truth[0]
    #expect(history.count == truth.rowCount)
    let width = truth.channelCount * 8
    // The tables are newest first.
    for (place, record) in history.reversed().enumerated() {
      try #require(record.count == 17)
      let row = truth.rows.withUnsafeBytes { raw in
        (0..<truth.channelCount).map {
          raw.loadUnaligned(fromByteOffset: place * width + $0 * 8, as: Int64.self)
        }
      }
      // 16-bit number, raw glucose, minutes, error bits.
      #expect([1, 14, 15, 16].map { Int64(record[$0]) } == [row[1], row[5], row[6], row[8]])
    }
    #expect(lines.filter { $0.hasPrefix("$arresult?") }.count == 20)
  }
}

private enum LibrePeer {
  static let python = getenv("FLUXGATE_PEER_PYTHON").map { String(cString: $0) } ?? "python3"
  static let isThere = system("\(python) -c 'import freestyle_hid' >/dev/null 2>&1") == 0

  static func run(port: UInt16, keys: LibreVendorKeys?) -> [String] {
    let folder = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }
    let words = keys.map { keys in
      [
        keys.authorizationEncryption, keys.authorizationMAC, keys.sessionEncryption,
        keys.sessionMAC,
      ].map { String($0.high, radix: 16) + digits($0.low) }.joined(separator: " ")
    }
    let command = "timeout 60 \(python) \(folder)/Peers/libre_client.py \(port) \(words ?? "")"
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

  private static func digits(_ number: UInt64) -> String {
    let text = String(number, radix: 16)
    return String(repeating: "0", count: 16 - text.count) + text
  }
}
