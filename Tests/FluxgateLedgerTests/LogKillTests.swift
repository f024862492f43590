import FluxgateLedger
import FluxgateSeal
import Foundation
import Testing

/// A process that appends is killed at a random instant, again and again.
struct LogKillTests {
  @Test func `no receipted entry is lost when the process is killed`() async throws {
    let scratch = try Scratch()
    let path = scratch.path
    for round in 0..<12 {
      await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
        try LogKillTests.appendUntilKilled(path)
      }
      let receipts = try scratch.exists("receipts") ? scratch.bytes("receipts").count : 0
      let log = try EmbeddedLog(
        directory: path + "/log", origin: TestLog.origin, key: try TestLog.key())
      let size = Int(log.head.size)
      #expect(size >= receipts, "round \(round)")
      #expect(log.head.root == .root(of: TestLog.entries(0..<size).map { TreeHash.leaf($0) }))
      try log.audit()
      try scratch.write([UInt8](repeating: 0x2E, count: size), "receipts")
    }
  }

  /// Each receipted entry is one byte in the file `receipts`.
  private static func appendUntilKilled(_ path: String) throws {
    let delay = UInt32.random(in: 2_000...60_000)
    Thread.detachNewThread {
      usleep(delay)
      kill(getpid(), SIGKILL)
    }
    let log = try EmbeddedLog(
      directory: path + "/log", origin: TestLog.origin, key: try TestLog.key())
    let receipts = open(path + "/receipts", O_WRONLY | O_CREAT | O_APPEND, 0o644)
    var size = Int(log.head.size)
    while true {
      let count = Int.random(in: 1...90)
      _ = try log.append(TestLog.entries(size..<size + count))
      size += count
      let bytes = [UInt8](repeating: 0x2E, count: count)
      _ = write(receipts, bytes, count)
    }
  }
}
