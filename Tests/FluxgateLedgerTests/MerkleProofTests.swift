import FluxgateLedger
import Foundation
import Testing

@Suite(.enabled(if: Fixtures.exist, Comment(rawValue: Fixtures.missing)))
struct MerkleProofTests {
  struct Roots: Decodable {
    let leafDataHex: [String]
    let rootsBySizeHex: [String]
  }
  struct Inclusion: Decodable {
    let leafIdx, treeSize: UInt64
    let root, leafHash: String
    let proof: [String]?
    let wantErr: Bool
    let name: String
  }
  struct Consistency: Decodable {
    let size1, size2: UInt64
    let root1, root2: String
    let proof: [String]?
    let wantErr: Bool
    let name: String
  }

  @Test func `the roots of RFC 6962 trees of size 0 to 8`() throws {
    let roots = try Fixtures.json(Roots.self, "merkle/roots.json")
    var edge = RightEdge()
    #expect(edge.root.bytes == hex(roots.rootsBySizeHex[0]))
    for (place, leaf) in roots.leafDataHex.enumerated() {
      edge.append(.leaf(hex(leaf)))
      #expect(edge.root.bytes == hex(roots.rootsBySizeHex[place + 1]))
      #expect(edge.size == UInt64(place + 1))
    }
  }

  @Test func `inclusion proofs are accepted and refused as the reference does`() throws {
    let cases = try Fixtures.json([Inclusion].self, "merkle/inclusion.json")
    #expect(cases.count == 49)
    for item in cases {
      let holds = hashes([item.root, item.leafHash] + (item.proof ?? [])).map {
        MerkleProof.includes(
          $0[1], at: item.leafIdx, size: item.treeSize, root: $0[0], proof: Array($0.dropFirst(2)))
      }
      #expect((holds ?? false) == !item.wantErr, "\(item.name)")
    }
  }

  @Test func `consistency proofs are accepted and refused as the reference does`() throws {
    let cases = try Fixtures.json([Consistency].self, "merkle/consistency.json")
    #expect(cases.count == 43)
    for item in cases {
      let holds = hashes([item.root1, item.root2] + (item.proof ?? [])).map {
        MerkleProof.extends(
          oldSize: item.size1, oldRoot: $0[0], size: item.size2, root: $0[1],
          proof: Array($0.dropFirst(2)))
      }
      #expect((holds ?? false) == !item.wantErr, "\(item.name)")
    }
  }

  @Test func `every tree extends the empty one without a proof`() {
    let root = TreeHash.leaf([1])
    #expect(extendsEmpty(.emptyTree, root, []))
    #expect(!extendsEmpty(root, root, []))
    #expect(!extendsEmpty(.emptyTree, root, [root]))
  }

  @Test func `a proof of 64 hashes is refused`() {
    let leaf = TreeHash.leaf([])
    let proof = [TreeHash](repeating: leaf, count: 64)
    #expect(!MerkleProof.includes(leaf, at: 0, size: .max, root: leaf, proof: proof))
    #expect(
      !MerkleProof.extends(oldSize: 3, oldRoot: leaf, size: .max, root: leaf, proof: proof))
  }

  private func extendsEmpty(_ old: TreeHash, _ root: TreeHash, _ proof: [TreeHash]) -> Bool {
    MerkleProof.extends(oldSize: 0, oldRoot: old, size: 1, root: root, proof: proof)
  }

  /// Nil when one is not 32 bytes: such a proof cannot even be expressed.
  private func hashes(_ texts: [String]) -> [TreeHash]? {
    let all = texts.compactMap { Data(base64Encoded: $0).flatMap { TreeHash($0) } }
    return all.count == texts.count ? all : nil
  }
}
