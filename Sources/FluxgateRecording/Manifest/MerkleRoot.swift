internal import FluxgateSeal

/// The root of a manifest's chunks by RFC 6962: 00 before a leaf, 01 before a node.
enum MerkleRoot {
  static func of(_ leaves: [[UInt8]]) -> [UInt8] {
    guard !leaves.isEmpty else { return SHA256.digest([]) }
    return root(leaves.map { SHA256.digest([0] + $0) }[...])
  }

  private static func root(_ hashes: ArraySlice<[UInt8]>) -> [UInt8] {
    guard hashes.count > 1 else { return hashes.first ?? [] }
    // The left side holds the largest power of two below the count.
    let left = 1 << (Int.bitWidth - 1 - (hashes.count - 1).leadingZeroBitCount)
    let cut = hashes.startIndex + left
    return SHA256.digest([1] + root(hashes[..<cut]) + root(hashes[cut...]))
  }
}
