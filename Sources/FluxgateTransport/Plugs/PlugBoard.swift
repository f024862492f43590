internal import CLinux
internal import FluxgateSignal
internal import Glibc
internal import Synchronization

/// What the watching thread writes and all others read.
final class PlugBoard: Sendable {
  let events = AppendLog<PlugEvent>(capacity: 4096)
  let bell: Int32
  private let turns = Atomic<Int>(0)
  private let ready = Atomic<Bool>(false)
  private let stopped = Atomic<Bool>(false)

  init() throws(TransportError) {
    bell = fg_bell_make()
    guard bell >= 0 else { throw .system(errno: errno) }
  }

  deinit { _ = close(bell) }

  var turn: Int { turns.load(ordering: .acquiring) }
  var isReady: Bool { ready.load(ordering: .acquiring) }
  var isStopped: Bool { stopped.load(ordering: .acquiring) }

  func setReady() { ready.store(true, ordering: .releasing) }

  func stop() {
    stopped.store(true, ordering: .releasing)
    fg_bell_ring(bell)
  }

  /// A full list keeps what it has; whoever waits is woken all the same.
  func add(_ found: [PlugEvent]) {
    guard !found.isEmpty else { return }
    for event in found { _ = events.append(event) }
    turns.add(1, ordering: .releasing)
  }
}
