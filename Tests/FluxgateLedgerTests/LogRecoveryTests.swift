import FluxgateLedger
import FluxgateSeal
import Foundation
import Testing

/// Appends that are stopped at each of their writes, and directories that were tampered with.
struct LogRecoveryTests {
  /// The files that appending entries 250 up to 515 puts into place, in this order.
  private static let steps = [
    "state", "tile/entries/000", "tile/0/000", "tile/entries/001", "tile/0/001",
    "tile/entries/002.p/3", "tile/0/002.p/3", "tile/1/000.p/2", "checkpoint",
  ]
  private static let first = TestLog.entries(0..<250)
  private static let second = TestLog.entries(250..<515)

  @Test(arguments: steps.indices)
  func `an append stopped at any write is finished or undone at the next opening`(
    _ step: Int
  ) throws {
    let scratch = try Scratch()
    let before = try stop(at: step, in: scratch)
    #expect(try scratch.bytes("log/checkpoint") == before)
    let log = try TestLog.open(scratch)
    let finished = step > 0
    #expect(log.recovered == (finished ? 250..<515 : 0..<0))
    if !finished { _ = try log.append(Self.second) }
    try check(log, Self.first + Self.second, scratch)
  }

  @Test(arguments: steps.indices.dropFirst())
  func `the recovered batch is signed as intended though other entries come next`(
    _ step: Int
  ) throws {
    let scratch = try Scratch()
    _ = try stop(at: step, in: scratch)
    let log = try TestLog.open(scratch)
    #expect(try log.append([[0xAA]]) == [515])
    try check(log, Self.first + Self.second + [[0xAA]], scratch)
  }

  @Test(arguments: steps.indices)
  func `a log that is resumed after a failed append holds all of it or nothing`(
    _ step: Int
  ) throws {
    let scratch = try Scratch()
    let log = try TestLog.open(scratch)
    _ = try log.append(Self.first)
    try obstruct(step, in: scratch) {
      #expect(throws: LedgerError.self) { try log.append(Self.second) }
      // While the cause stays, so does the refusal.
      if step == Self.steps.count - 1 {
        #expect(throws: LedgerError.self) { try log.resume() }
      }
      #expect(throws: LedgerError.interrupted) { try log.append([[1]]) }
    }
    try log.resume()
    #expect(log.head.size == (step > 0 ? 515 : 250))
    if step == 0 { _ = try log.append(Self.second) }
    #expect(try log.append([[0xAA]]) == [515])
    try check(log, Self.first + Self.second + [[0xAA]], scratch)
  }

  @Test func `a stop during recovery is recovered from`() throws {
    let scratch = try Scratch()
    _ = try stop(at: 3, in: scratch)
    for step in [4, 7, 8] {
      try obstruct(step, in: scratch) {
        #expect(throws: LedgerError.self) { try TestLog.open(scratch) }
      }
    }
    try check(try TestLog.open(scratch), Self.first + Self.second, scratch)
  }

  @Test func `a stop at the first checkpoint is recovered from`() throws {
    let scratch = try Scratch()
    _ = try TestLog.open(scratch)
    try FileManager.default.removeItem(at: scratch.url("log/checkpoint"))
    #expect(try TestLog.open(scratch).head.size == 0)
  }

  @Test func `a file left aside, whole or torn, changes nothing`() throws {
    let scratch = try Scratch()
    _ = try TestLog.open(scratch).append(Self.first)
    try scratch.write([1, 2, 3], "log/incoming")
    let log = try TestLog.open(scratch)
    _ = try log.append(Self.second)
    try check(log, Self.first + Self.second, scratch)
  }

  @Test func `an older checkpoint put back is refused`() throws {
    let scratch = try Scratch()
    let log = try TestLog.open(scratch)
    _ = try log.append([[1]])
    let old = try scratch.bytes("log/checkpoint")
    _ = try log.append([[2]])
    _ = try log.append([[3]])
    try expectRefusal(.conflict(checkpointSize: 1, intendedSize: 3), log, scratch) {
      try scratch.write(old, "log/checkpoint")
    }
  }

  @Test func `an older state put back is refused`() throws {
    let scratch = try Scratch()
    let log = try TestLog.open(scratch)
    _ = try log.append([[1]])
    let old = try scratch.bytes("log/state")
    _ = try log.append([[2]])
    try expectRefusal(.conflict(checkpointSize: 2, intendedSize: 1), log, scratch) {
      try scratch.write(old, "log/state")
    }
  }

  @Test func `a state that intends another root for a signed size is refused`() throws {
    let (here, other) = (try Scratch(), try Scratch())
    let log = try TestLog.open(here)
    _ = try log.append([[1]])
    _ = try TestLog.open(other).append([[2]])
    try expectRefusal(.conflict(checkpointSize: 1, intendedSize: 1), log, here) {
      try here.write(try other.bytes("log/state"), "log/state")
    }
  }

  @Test(arguments: ["state", "checkpoint", "tile/entries/000.p/250", "tile/0/000.p/250"])
  func `a missing file is refused and nothing is signed`(_ path: String) throws {
    let scratch = try Scratch()
    let log = try TestLog.open(scratch)
    _ = try log.append(Self.first)
    try expectRefusal(.missing(path: path), log, scratch) {
      try FileManager.default.removeItem(at: scratch.url("log/\(path)"))
    }
  }

  @Test(arguments: ["state", "tile/entries/000.p/250", "tile/0/000.p/250"])
  func `cutting a file at any of its ends is refused`(_ path: String) throws {
    for kept in [0, 1, 31, 100] {
      let scratch = try Scratch()
      let log = try TestLog.open(scratch)
      _ = try log.append(Self.first)
      let bytes = try scratch.bytes("log/\(path)")
      for cut in [Array(bytes.prefix(kept)), bytes.dropLast(1 + kept), bytes + [0]] {
        try expectRefusal(.damaged(path: path), log, scratch) {
          try scratch.write(cut, "log/\(path)")
        }
      }
    }
  }

  @Test func `any flipped byte of a checkpoint or a state is refused`() throws {
    let scratch = try Scratch()
    _ = try TestLog.open(scratch).append([[1], [2], [3]])
    for path in ["log/checkpoint", "log/state"] {
      for place in try scratch.bytes(path).indices {
        try scratch.flipByte(path, at: place)
        #expect(throws: LedgerError.self, "\(path) \(place)") { try TestLog.open(scratch) }
        try scratch.flipByte(path, at: place)
      }
    }
    #expect(try TestLog.open(scratch).head.size == 3)
  }

  /// Opens on `path` are tried on a copy: the log itself holds its lock while it lives.
  private func expectRefusal(
    _ error: LedgerError, _ log: EmbeddedLog, _ scratch: Scratch, after tamper: () throws -> Void
  ) throws {
    _ = log.head
    try tamper()
    let copy = try Scratch()
    try FileManager.default.copyItem(at: scratch.url("log"), to: copy.url("log"))
    let before = try? copy.bytes("log/checkpoint")
    #expect(throws: error) { try TestLog.open(copy) }
    #expect((try? copy.bytes("log/checkpoint")) == before)
  }

  /// Appends the second batch with the given write made impossible; gives the checkpoint before.
  private func stop(at step: Int, in scratch: Scratch) throws -> [UInt8] {
    let log = try TestLog.open(scratch)
    _ = try log.append(Self.first)
    let before = try scratch.bytes("log/checkpoint")
    try obstruct(step, in: scratch) {
      #expect(throws: LedgerError.file(.rename, path: Self.steps[step], number: EISDIR)) {
        try log.append(Self.second)
      }
      #expect(throws: LedgerError.interrupted) { try log.append([[1]]) }
      for later in Self.steps.dropFirst(step + 1).dropLast() {
        #expect(!scratch.exists("log/\(later)"), "\(later) was written before its turn")
      }
    }
    return before
  }

  /// A folder in the place of the file makes its rename fail, as a full disk might.
  private func obstruct(_ step: Int, in scratch: Scratch, _ body: () throws -> Void) throws {
    let place = scratch.url("log/\(Self.steps[step])")
    let kept = scratch.url("kept")
    let exists = FileManager.default.fileExists(atPath: place.path)
    if exists { try FileManager.default.moveItem(at: place, to: kept) }
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    try body()
    try FileManager.default.removeItem(at: place)
    if exists { try FileManager.default.moveItem(at: kept, to: place) }
  }

  private func check(_ log: EmbeddedLog, _ entries: [[UInt8]], _ scratch: Scratch) throws {
    #expect(log.head.size == UInt64(entries.count))
    #expect(log.head.root == .root(of: entries.map { TreeHash.leaf($0) }))
    let note = try SignedNote(try scratch.bytes("log/checkpoint"))
    #expect(try note.checkpoint(log: log.verifierKey) == log.head)
    try log.audit()
    for tile in TileAddress.all(ofSize: log.head.size) {
      #expect(scratch.exists("log/\(tile.path)"))
    }
  }
}
