internal import FluxgateLedger

/// Rebuilds a log's tree from its entries, and compares it with checkpoints.
struct TrailTree {
  let head: Checkpoint
  private(set) var findings: [TrailFinding] = []
  private let older: [Checkpoint]
  private var edge = RightEdge()

  /// - Parameter older: checkpoints that the log signed before, in any order.
  init(head: Checkpoint, older: [Checkpoint]) {
    self.head = head
    self.older = older
    let longest = older.map(\.size).max() ?? 0
    if longest > head.size { findings.append(.shorter(size: head.size, before: longest)) }
  }

  /// - Parameter leaves: the tile of leaf hashes, by which an entry that was changed is named.
  mutating func append(_ bundle: [[UInt8]], leaves: [UInt8]) {
    for (place, entry) in bundle.enumerated() {
      let leaf = TreeHash.leaf(entry)
      let kept = leaves.dropFirst(place * TreeHash.byteCount).prefix(TreeHash.byteCount)
      if kept.count == TreeHash.byteCount, !kept.elementsEqual(leaf.bytes) {
        findings.append(.entry(index: edge.size))
      }
      edge.append(leaf)
      if older.contains(where: { $0.size == edge.size && $0.root != edge.root }) {
        findings.append(.rewritten(before: edge.size))
      }
    }
  }

  mutating func miss(_ address: TileAddress) { findings.append(.tile(path: address.path)) }

  /// Call when all entries of the head were appended.
  mutating func finish() {
    if edge.root != head.root { findings.append(.tree) }
  }
}
