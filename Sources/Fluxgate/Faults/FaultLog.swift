internal import Synchronization

/// What went wrong in a session: any thread adds, any thread reads, nobody waits.
///
/// Bounded: the first faults tell the story, later ones are dropped.
@safe final class FaultLog: Sendable {
  static let capacity = 64
  // SAFETY: a place is written once, by the thread that reserved it, before its flag is raised;
  // readers look at places whose flag is raised only.
  private nonisolated(unsafe) let places: UnsafeMutablePointer<Fault?>
  private let ready = InlineArray<64, Atomic<Bool>> { _ in Atomic(false) }
  private let reserved = Atomic<Int>(0)

  init() {
    unsafe places = .allocate(capacity: Self.capacity)
    unsafe places.initialize(repeating: nil, count: Self.capacity)
  }

  deinit {
    // SAFETY: nobody else holds the log any more; every place was initialised.
    unsafe places.deinitialize(count: Self.capacity)
    unsafe places.deallocate()
  }

  func add(_ fault: Fault) {
    let place = reserved.wrappingAdd(1, ordering: .relaxed).oldValue
    guard place < Self.capacity else { return }
    unsafe places[place] = fault
    ready[place].store(true, ordering: .releasing)
  }

  /// Oldest first.
  var all: [Fault] {
    (0..<Self.capacity).compactMap { place in
      ready[place].load(ordering: .acquiring) ? unsafe places[place] : nil
    }
  }
}
