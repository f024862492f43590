import Foundation
import Synchronization
import Testing

@testable import FluxgateVault

@Suite struct ClockFloorTests {
  /// A wall clock that anybody may set and a steady one that nobody can.
  private final class Hands: Sendable {
    private let hands: Mutex<(wall: Int64, steady: Int64)>
    private static let second: Int64 = 1_000_000_000

    init(wall: Int64) { hands = Mutex((wall * Self.second, 77 * Self.second)) }

    var clocks: ClockFloor.Clocks {
      ClockFloor.Clocks(
        wall: { self.hands.withLock { $0.wall } }, steady: { self.hands.withLock { $0.steady } })
    }

    func pass(milliseconds: Int64) {
      hands.withLock {
        $0.wall += milliseconds * 1_000_000
        $0.steady += milliseconds * 1_000_000
      }
    }

    func set(wall: Int64) { hands.withLock { $0.wall = wall * Self.second } }
  }

  private let folder =
    FileManager.default.temporaryDirectory.path
    + "/fluxgate-floor-\(UUID().uuidString)"
  private var path: String { folder + "/floor" }

  init() throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  private func remove() { try? FileManager.default.removeItem(atPath: folder) }
  private var text: String? { try? String(contentsOfFile: path, encoding: .utf8) }

  @Test func `time goes on by the steady clock when the wall clock is set back`() throws {
    defer { remove() }
    let hands = Hands(wall: 1_000)
    let floor = try ClockFloor(path: path, clocks: hands.clocks)
    #expect(try floor.now() == 1_000)
    hands.set(wall: 10)
    #expect(try floor.now() == 1_000)
    // Looks twice a second lose nothing.
    for _ in 0..<20 {
      hands.pass(milliseconds: 500)
      _ = try floor.now()
    }
    #expect(try floor.now() == 1_010)
    hands.set(wall: 5_000)
    #expect(try floor.now() == 5_000)
  }

  @Test func `a restart under an old clock goes on from the floor`() throws {
    defer { remove() }
    let hands = Hands(wall: 1_000)
    #expect(try ClockFloor(path: path, clocks: hands.clocks).now() == 1_000)
    #expect(text == "fluxgate-floor-v1 1000\n")
    hands.set(wall: 3)
    let again = try ClockFloor(path: path, clocks: hands.clocks)
    #expect(try again.now() == 1_000)
    hands.pass(milliseconds: 1_000)
    #expect(try again.now() == 1_001)
    #expect(text == "fluxgate-floor-v1 1001\n")
  }

  @Test func `what was told is on the disk`() throws {
    defer { remove() }
    let hands = Hands(wall: 1_000)
    let floor = try ClockFloor(path: path, clocks: hands.clocks)
    for _ in 0..<5 {
      let now = try floor.now()
      #expect(text == "fluxgate-floor-v1 \(now)\n")
      hands.pass(milliseconds: 700)
    }
  }

  @Test func `two processes of one home raise one floor`() throws {
    defer { remove() }
    let (slow, fast) = (Hands(wall: 1_000), Hands(wall: 2_000))
    let one = try ClockFloor(path: path, clocks: slow.clocks)
    let other = try ClockFloor(path: path, clocks: fast.clocks)
    #expect(try other.now() == 2_000)
    #expect(try one.now() == 2_000)
    slow.pass(milliseconds: 3_000)
    #expect(try one.now() == 2_003)
    #expect(try ClockFloor(path: path, clocks: slow.clocks).now() == 2_003)
  }

  @Test func `a damaged floor is no floor of zero`() throws {
    defer { remove() }
    for bad in [
      "", "1000\n", "fluxgate-floor-v1 1000", "fluxgate-floor-v1 01000\n",
      "fluxgate-floor-v1 -\n", "fluxgate-floor-v1 9999999999999999\n", "fluxgate-floor-v2 1\n",
      "fluxgate-floor-v1 1000\n\n",
    ] {
      try bad.write(toFile: path, atomically: false, encoding: .utf8)
      #expect(throws: VaultError.self, "\(bad)") { try ClockFloor(path: path) }
    }
  }

  @Test func `no time is told that cannot be written`() throws {
    let floor = try ClockFloor(path: path)
    _ = try floor.now()
    remove()
    let hands = Hands(wall: 1_000)
    let homeless = try ClockFloor(path: path, clocks: hands.clocks)
    #expect(throws: VaultError.self) { try homeless.now() }
  }

  @Test func `the system's clocks tell today`() throws {
    defer { remove() }
    let now = try ClockFloor(path: path).now()
    #expect(abs(Double(now) - Date().timeIntervalSince1970) < 60)
  }
}
