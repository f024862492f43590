internal import Synchronization

/// Preallocated blocks handed from one writing thread to one reading thread without a lock.
///
/// Each end is claimed once. The writer never waits and never overwrites: when the reader is a whole
/// ring behind, `publish` returns false and the caller counts the block as an overrun. A model of
/// this protocol is checked exhaustively in Spin (`Tests/Models/block_ring.pml`).
@safe public final class BlockRing: Sendable {
  public let layout: BlockLayout
  public let slotCount: Int
  // SAFETY: slot i is touched by the writer while head - tail < slotCount and i == head, by the
  // reader while tail < head and i == tail; the two cursors pass ownership with release/acquire.
  private nonisolated(unsafe) let slots: UnsafeMutablePointer<SampleBlock>
  /// Blocks published so far; written by the writer only.
  private let head = Atomic<Int>(0)
  // Keeps the two cursors on cache lines of their own.
  private let apart = InlineArray<15, UInt64>(repeating: 0)
  /// Blocks consumed so far; written by the reader only.
  private let tail = Atomic<Int>(0)
  private let claims = Atomic<Int>(0)

  public init(layout: BlockLayout, slotCount: Int) {
    precondition(slotCount > 0)
    self.layout = layout
    self.slotCount = slotCount
    // SAFETY: every slot is initialised here and deinitialised in deinit.
    unsafe slots = .allocate(capacity: slotCount)
    for index in 0..<slotCount {
      unsafe (slots + index).initialize(to: SampleBlock(layout: layout))
    }
  }

  deinit {
    // SAFETY: no end outlives the ring (each holds a reference), so nobody touches the slots.
    unsafe slots.deinitialize(count: slotCount)
    unsafe slots.deallocate()
  }

  /// Blocks that wait for the reader; a moment's view from any thread.
  public var fill: Int { max(0, head.load(ordering: .relaxed) - tail.load(ordering: .relaxed)) }

  /// The only writer. A second claim stops the program: it is a mistake in the program.
  public func claimWriter() -> Writer {
    precondition(claims.bitwiseOr(1, ordering: .relaxed).oldValue & 1 == 0, "writer claimed twice")
    return Writer(ring: self)
  }

  /// The only reader. A second claim stops the program.
  public func claimReader() -> Reader {
    precondition(claims.bitwiseOr(2, ordering: .relaxed).oldValue & 2 == 0, "reader claimed twice")
    return Reader(ring: self)
  }

  public struct Writer: ~Copyable, Sendable {
    private let ring: BlockRing
    private var head = 0
    private var tailSeen = 0

    fileprivate init(ring: BlockRing) { self.ring = ring }

    /// Lends the next free block, emptied, to `fill`, then publishes it.
    ///
    /// - Returns: false when the reader is a whole ring behind; `fill` has then not run.
    public mutating func publish<Failure: Error>(
      _ fill: (inout SampleBlock) throws(Failure) -> Void
    ) throws(Failure) -> Bool {
      if head - tailSeen == ring.slotCount {
        tailSeen = ring.tail.load(ordering: .acquiring)
        if head - tailSeen == ring.slotCount { return false }
      }
      // SAFETY: the slot at head is free, so it is the writer's until head is stored.
      let slot = unsafe ring.slots + head % ring.slotCount
      unsafe slot.pointee.removeAll()
      try unsafe fill(&slot.pointee)
      head += 1
      ring.head.store(head, ordering: .releasing)
      return true
    }
  }

  public struct Reader: ~Copyable, Sendable {
    private let ring: BlockRing
    private var tail = 0
    private var headSeen = 0

    fileprivate init(ring: BlockRing) { self.ring = ring }

    /// Lends the oldest published block to `body`, then gives its slot back.
    ///
    /// - Returns: false when the ring is empty; `body` has then not run.
    public mutating func consume<Failure: Error>(
      _ body: (inout SampleBlock) throws(Failure) -> Void
    ) throws(Failure) -> Bool {
      if tail == headSeen {
        headSeen = ring.head.load(ordering: .acquiring)
        if tail == headSeen { return false }
      }
      // SAFETY: the slot at tail is published, so it is the reader's until tail is stored.
      let slot = unsafe ring.slots + tail % ring.slotCount
      try unsafe body(&slot.pointee)
      tail += 1
      ring.tail.store(tail, ordering: .releasing)
      return true
    }
  }
}
