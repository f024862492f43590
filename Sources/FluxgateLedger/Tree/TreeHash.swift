internal import FluxgateSeal

/// A 32-byte hash in a Merkle tree of RFC 6962: of a leaf, of a node or of a whole tree.
///
/// Leaves and nodes are hashed under different first bytes, so a node cannot be passed off as a
/// leaf, and a last lone node is never doubled.
public struct TreeHash: Hashable, Sendable {
  public static let byteCount = 32

  public let bytes: [UInt8]

  /// - Parameter bytes: 32 bytes. Nil for any other length.
  public init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count == Self.byteCount else { return nil }
    self.bytes = [UInt8](bytes)
  }

  private init(digestOf message: [UInt8]) { bytes = SHA256.digest(message) }

  /// The root of a tree without leaves: the hash of nothing.
  public static let emptyTree = TreeHash(digestOf: [])

  /// SHA-256(00, entry).
  public static func leaf(_ entry: [UInt8]) -> TreeHash { TreeHash(digestOf: [0x00] + entry) }

  /// SHA-256(01, left, right).
  public static func node(_ left: TreeHash, _ right: TreeHash) -> TreeHash {
    var message: [UInt8] = []
    message.reserveCapacity(1 + 2 * byteCount)
    message.append(0x01)
    message.append(contentsOf: left.bytes)
    message.append(contentsOf: right.bytes)
    return TreeHash(digestOf: message)
  }

  /// The root over `hashes`, which are leaves, or roots of complete subtrees of one height.
  public static func root(of hashes: some Sequence<TreeHash>) -> TreeHash {
    var edge = RightEdge()
    for hash in hashes { edge.append(hash) }
    return edge.root
  }
}
