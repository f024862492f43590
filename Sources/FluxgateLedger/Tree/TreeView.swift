/// A complete subtree: the leaves from index * 2^height up to (index + 1) * 2^height.
struct Subtree: Hashable, Sendable {
  var height: Int
  var index: UInt64
}

/// The roots and proofs of a tree whose complete subtrees somebody can read.
struct TreeView {
  let size: UInt64
  let read: (Subtree) throws(LedgerError) -> TreeHash

  /// The root of the tree of the first `size` leaves; `size` may be smaller than the tree.
  func root(ofSize size: UInt64) throws(LedgerError) -> TreeHash {
    size == 0 ? .emptyTree : try root(0, size)
  }

  /// PATH(index, D[size]) of RFC 6962.
  func inclusion(of index: UInt64) throws(LedgerError) -> [TreeHash] {
    guard index < size else { throw .outOfRange(index, size: size) }
    var (low, high) = (UInt64(0), size)
    var downward: [TreeHash] = []
    while high - low > 1 {
      let middle = low + Self.split(high - low)
      if index < middle {
        downward.append(try root(middle, high))
        high = middle
      } else {
        downward.append(try root(low, middle))
        low = middle
      }
    }
    return downward.reversed()
  }

  /// PROOF(oldSize, D[size]) of RFC 6962. Empty from size 0, where nothing is to be proven.
  func consistency(from oldSize: UInt64) throws(LedgerError) -> [TreeHash] {
    guard oldSize <= size else { throw .outOfRange(oldSize, size: size) }
    guard oldSize > 0, oldSize < size else { return [] }
    var (low, high) = (UInt64(0), size)
    var downward: [TreeHash] = []
    while oldSize != high {
      let middle = low + Self.split(high - low)
      if oldSize <= middle {
        downward.append(try root(middle, high))
        high = middle
      } else {
        downward.append(try root(low, middle))
        low = middle
      }
    }
    if low != 0 { downward.append(try root(low, high)) }
    return downward.reversed()
  }

  /// The root over leaves `low` up to `high`, where `low` is a multiple of the span's power of two.
  private func root(_ low: UInt64, _ high: UInt64) throws(LedgerError) -> TreeHash {
    let count = high - low
    if count.nonzeroBitCount == 1 {
      let height = count.trailingZeroBitCount
      return try read(Subtree(height: height, index: low >> UInt64(height)))
    }
    let middle = low + Self.split(count)
    return .node(try root(low, middle), try root(middle, high))
  }

  /// The largest power of two strictly below `count`, which is at least 2.
  private static func split(_ count: UInt64) -> UInt64 {
    1 << UInt64(63 - (count - 1).leadingZeroBitCount)
  }
}
