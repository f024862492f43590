internal import Synchronization

/// A bounded list that one thread appends to and any thread reads, without a lock.
///
/// For what is rare and small beside samples: label texts, device faults. Elements never change once
/// appended. When it is full, `append` says so and the caller decides what that means.
@safe public final class AppendLog<Element: Sendable>: Sendable {
  public let capacity: Int
  // SAFETY: places below `count` are initialised and never written again; the place at `count` is
  // touched by the appending thread only; the store of `count` releases it.
  private nonisolated(unsafe) let places: UnsafeMutablePointer<Element>
  private let filled = Atomic<Int>(0)

  public init(capacity: Int) {
    self.capacity = capacity
    unsafe places = .allocate(capacity: capacity)
  }

  deinit {
    // SAFETY: nobody else holds the log any more.
    unsafe places.deinitialize(count: filled.load(ordering: .acquiring))
    unsafe places.deallocate()
  }

  public var count: Int { filled.load(ordering: .acquiring) }

  public subscript(index: Int) -> Element {
    precondition(index >= 0 && index < count)
    return unsafe places[index]
  }

  public var all: [Element] { (0..<count).map { self[$0] } }

  /// - Returns: the element's place, or nil when the log is full. One thread only.
  public func append(_ element: Element) -> Int? {
    let place = filled.load(ordering: .relaxed)
    guard place < capacity else { return nil }
    unsafe (places + place).initialize(to: element)
    filled.store(place + 1, ordering: .releasing)
    return place
  }
}
