import CLinux
import Fluxgate
import FluxgateRecording
import FluxgateTransport
import Foundation
import Testing

extension EndToEnd {
  @Suite(.enabled(if: SpawnedFluxgate.program != nil, "fluxgate was not built beside the tests"))
  struct LostTerminalTests {
    @Test func `a recording outlives its terminal, is found, and closes when asked`() throws {
      let shop = try Workshop()
      let bench = ThreeDevices(folder: shop.root)
      try bench.start()
      defer { bench.stop() }
      let terminal = try OwnTerminal()
      let process = try SpawnedFluxgate(shop.recordWords(bench.specs), terminal: terminal.name)
      #expect(terminal.read(seconds: 15) { $0.contains("SAFE") })
      terminal.close()
      let lost = HostClock.now
      Thread.sleep(forTimeInterval: 2)
      #expect(process.wait(seconds: 0) == nil)
      let status = try SpawnedFluxgate.run(
        ["status", "--json", "--home", shop.home.path], log: shop.root + "/status")
      #expect(status.said.contains(shop.recording.path))
      #expect(status.said.contains("\(process.number)"))
      process.interrupt()
      let exit = process.wait(seconds: 15)
      #expect(exit == 0 || exit == 3, "\(String(describing: exit))")
      bench.stop()
      try check(shop, bench, past: lost.nanoseconds)
    }

    private func check(_ shop: Workshop, _ bench: ThreeDevices, past lost: Int64) throws {
      let report = try shop.verify()
      #expect([.intact, .incomplete].contains(report.status), "\(report.findings)")
      let reader = try shop.open()
      #expect(reader.isClosed)
      let streams = try StoredStream.all(reader, truth: bench.truth)
      for stream in streams { #expect(stream.equal == stream.stored, "\(stream.name)") }
      let newest = streams.filter { $0.category == .cardiac }.map(\.lastTime).max() ?? 0
      #expect(newest > lost + 1_000_000_000, "nothing was recorded after the terminal was lost")
    }
  }
}

/// The master's side of a pseudo-terminal, as a terminal program has it.
final class OwnTerminal {
  let name: String
  private var master: Int32
  private var said = ""

  init() throws {
    var node = [CChar](repeating: 0, count: 64)
    master = fg_pty_open(&node, node.count)
    try #require(master >= 0)
    name = String(cString: node)
  }

  deinit { close() }

  /// Reads what is said until it is as wanted.
  func read(seconds: Double, until isWanted: (String) -> Bool) -> Bool {
    var bytes = [UInt8](repeating: 0, count: 4096)
    return waitUntil(seconds: seconds) {
      var asked = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
      guard poll(&asked, 1, 50) > 0 else { return false }
      let count = Foundation.read(master, &bytes, bytes.count)
      if count > 0 { said += String(decoding: bytes[..<count], as: UTF8.self) }
      return isWanted(said)
    }
  }

  /// The window is closed: whoever sits on the terminal gets SIGHUP.
  func close() {
    if master >= 0 { Foundation.close(master) }
    master = -1
  }
}
