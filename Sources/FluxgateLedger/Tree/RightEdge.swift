/// The roots of the complete subtrees along a tree's right edge: all that appending needs.
///
/// At most 64 hashes whatever the size. Appending costs one node hash on average.
public struct RightEdge: Hashable, Sendable {
  public private(set) var size: UInt64 = 0
  /// Largest subtree first: one root per bit set in `size`.
  private var roots: [TreeHash] = []

  public init() {}

  /// Appends a leaf's hash.
  public mutating func append(_ leaf: TreeHash) { append(leaf, height: 0) }

  /// Appends the root of a complete subtree of 2^height leaves.
  ///
  /// The size so far must be a multiple of 2^height, or the subtree would have no place.
  mutating func append(_ subtree: TreeHash, height: Int) {
    precondition(size.trailingZeroBitCount >= height)
    var hash = subtree
    for _ in 0..<(size >> UInt64(height)).trailingOneBitCount {
      hash = .node(roots.removeLast(), hash)
    }
    roots.append(hash)
    size += 1 << UInt64(height)
  }

  public var root: TreeHash {
    guard var root = roots.last else { return .emptyTree }
    for left in roots.dropLast().reversed() { root = .node(left, root) }
    return root
  }
}

extension UInt64 {
  fileprivate var trailingOneBitCount: Int { (~self).trailingZeroBitCount }
}
