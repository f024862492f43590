import FluxgateLedger
import FluxgateSeal
import Foundation
import Testing

/// A witness is killed at a random instant, again and again, while logs grow and split.
struct WitnessKillTests {
  @Test func `no answer was given for a head that a restart does not know`() async throws {
    let scratch = try Scratch()
    let path = scratch.path
    for round in 0..<10 {
      await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
        try WitnessKillTests.witnessUntilKilled(path)
      }
      let witness = try Witness(directory: path + "/heads", cosigner: try TestWitness.cosigner())
      let stored = try witness.head(Witness.name(ofOrigin: TestLog.origin))
      let held = try stored.map { try Checkpoint($0.text).size } ?? 0
      // One byte for each entry of the last head that was answered for.
      let answered = try scratch.exists("answers") ? scratch.bytes("answers").count : 0
      #expect(held >= UInt64(answered), "round \(round)")
    }
  }

  private static func witnessUntilKilled(_ path: String) throws {
    let delay = UInt32.random(in: 5_000...60_000)
    Thread.detachNewThread {
      usleep(delay)
      kill(getpid(), SIGKILL)
    }
    let log = try EmbeddedLog(
      directory: path + "/log", origin: TestLog.origin, key: try TestLog.key())
    let witness = try Witness(directory: path + "/heads", cosigner: try TestWitness.cosigner())
    let answers = open(path + "/answers", O_WRONLY | O_CREAT | O_APPEND, 0o644)
    var size = lseek(answers, 0, SEEK_END)
    while true {
      _ = try log.append(TestLog.entries(0..<Int.random(in: 1...9)))
      let old = try witness.head(Witness.name(ofOrigin: TestLog.origin))
        .map { try Checkpoint($0.text).size }
      _ = try witness.add(
        try log.request(from: old ?? 0), logs: [log.verifierKey], at: 1_790_000_000)
      let bytes = [UInt8](repeating: 0x2E, count: Int(log.head.size) - size)
      size += write(answers, bytes, bytes.count)
    }
  }
}
