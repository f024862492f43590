/// Inclusion and consistency proofs of RFC 6962 (section 2.1) and RFC 9162: made and checked.
///
/// Sizes and indexes count leaves. Hashes run from the leaf's side up to the root's.
public enum MerkleProof {
  /// A tree of 64-bit size is never higher, so a longer proof is refused before hashing.
  public static let hashCountMax = 63

  /// Whether `leaf` is the leaf hash at `index` of the tree of `size` leaves with this root.
  public static func includes(
    _ leaf: TreeHash, at index: UInt64, size: UInt64, root: TreeHash, proof: [TreeHash]
  ) -> Bool {
    guard index < size, proof.count <= hashCountMax else { return false }
    var climb = Climb(position: index, last: size - 1)
    var hash = leaf
    for sibling in proof {
      guard let side = climb.step() else { return false }
      hash = side == .left ? .node(sibling, hash) : .node(hash, sibling)
    }
    return climb.isAtRoot && hash == root
  }

  /// Whether the tree of `size` leaves is the tree of `oldSize` leaves with leaves appended.
  ///
  /// Every tree extends the empty one; from size 0 only an empty proof is accepted.
  public static func extends(
    oldSize: UInt64, oldRoot: TreeHash, size: UInt64, root: TreeHash, proof: [TreeHash]
  ) -> Bool {
    guard oldSize <= size, proof.count <= hashCountMax else { return false }
    if oldSize == size { return proof.isEmpty && oldRoot == root }
    if oldSize == 0 { return proof.isEmpty && oldRoot == .emptyTree }
    guard !proof.isEmpty else { return false }
    let hashes = oldSize.nonzeroBitCount == 1 ? [oldRoot] + proof : proof
    var climb = Climb(position: oldSize - 1, last: size - 1)
    climb.skipWhileOdd()
    return fold(hashes, climb, oldRoot: oldRoot, root: root)
  }

  private static func fold(
    _ hashes: [TreeHash], _ start: Climb, oldRoot: TreeHash, root: TreeHash
  ) -> Bool {
    var climb = start
    var (older, newer) = (hashes[0], hashes[0])
    for sibling in hashes.dropFirst() {
      guard let side = climb.step() else { return false }
      if side == .left { older = .node(sibling, older) }
      newer = side == .left ? .node(sibling, newer) : .node(newer, sibling)
    }
    return climb.isAtRoot && older == oldRoot && newer == root
  }
}

/// The way from a leaf to the root, beside the way of the tree's last leaf.
private struct Climb {
  enum Side { case left, right }

  private(set) var position: UInt64
  private(set) var last: UInt64

  init(position: UInt64, last: UInt64) {
    self.position = position
    self.last = last
  }

  var isAtRoot: Bool { last == 0 }

  mutating func skipWhileOdd() {
    while position & 1 == 1 { shift() }
  }

  /// On which side the next sibling stands; nil above the root.
  mutating func step() -> Side? {
    guard last != 0 else { return nil }
    defer { shift() }
    guard position & 1 == 1 || position == last else { return .right }
    while position & 1 == 0, position != 0 { shift() }
    return .left
  }

  private mutating func shift() {
    position >>= 1
    last >>= 1
  }
}
