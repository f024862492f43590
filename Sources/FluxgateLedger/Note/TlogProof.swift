/// A proof that an entry is in a log, to be kept beside the entry (C2SP tlog-proof).
///
/// Checking it needs the entry and the log's key, and nothing from the network.
public struct TlogProof: Hashable, Sendable {
  private static let magic = "c2sp.org/tlog-proof@v1"

  /// The entry's place in the log, from 0.
  public let index: UInt64
  /// From the leaf's sibling up to the root's child.
  public let hashes: [TreeHash]
  /// The signed checkpoint with its cosignatures, byte for byte.
  public let checkpoint: SignedNote
  /// Bytes for whoever reads the entry. Nothing vouches for them.
  public let extra: [UInt8]?

  public init(
    index: UInt64, hashes: [TreeHash], checkpoint: SignedNote, extra: [UInt8]? = nil
  ) {
    self.index = index
    self.hashes = hashes
    self.checkpoint = checkpoint
    self.extra = extra
  }

  public init(_ bytes: [UInt8]) throws(NoteError) {
    guard bytes.count <= SignedNote.byteCountMax else { throw .tooLarge(bytes.count) }
    guard let end = Self.endOfHead(bytes), let lines = NoteText.lines(of: bytes[..<end]) else {
      throw .malformedLine(1)
    }
    var head = HeadLines(lines)
    guard head.next() == Self.magic else { throw .malformedLine(1) }
    extra = try head.extra()
    index = try head.index()
    hashes = try head.hashes()
    checkpoint = try SignedNote([UInt8](bytes[(end + 1)...]))
  }

  public var bytes: [UInt8] {
    let extraLine = extra.map { "extra \(Base64.encode($0))\n" } ?? ""
    let hashLines = hashes.map { Base64.encode($0.bytes) + "\n" }.joined()
    let head = "\(Self.magic)\n\(extraLine)index \(index)\n\(hashLines)\n"
    return Array(head.utf8) + checkpoint.bytes
  }

  /// The checkpoint that holds `entry` at `index`, when every signature and hash agrees.
  public func verify(
    entry: [UInt8], log: VerifierKey, witnesses: [VerifierKey] = [], quorum: Int = 0
  ) throws(NoteError) -> Checkpoint {
    let head = try checkpoint.checkpoint(log: log, witnesses: witnesses, quorum: quorum)
    let included = MerkleProof.includes(
      .leaf(entry), at: index, size: head.size, root: head.root, proof: hashes)
    guard included else { throw .notIncluded }
    return head
  }

  /// The place of the first empty line, which ends the head.
  private static func endOfHead(_ bytes: [UInt8]) -> Int? {
    bytes.indices.dropFirst().first {
      bytes[$0] == NoteText.newline && bytes[$0 - 1] == NoteText.newline
    }
  }
}

/// The lines before the checkpoint, read one after another.
private struct HeadLines {
  private let lines: [String]
  private var place = 0

  init(_ lines: [String]) { self.lines = lines }

  mutating func next() -> String? {
    guard place < lines.count else { return nil }
    defer { place += 1 }
    return lines[place]
  }

  mutating func extra() throws(NoteError) -> [UInt8]? {
    guard place < lines.count, lines[place].hasPrefix("extra ") else { return nil }
    guard let bytes = Base64.decode(lines[place].dropFirst(6)) else {
      throw .malformedLine(place + 1)
    }
    place += 1
    return bytes
  }

  mutating func index() throws(NoteError) -> UInt64 {
    guard let line = next(), line.hasPrefix("index "),
      let index = NoteText.number(line.dropFirst(6))
    else { throw .malformedLine(max(place, 1)) }
    return index
  }

  mutating func hashes() throws(NoteError) -> [TreeHash] {
    guard lines.count - place <= MerkleProof.hashCountMax else { throw .tooLarge(lines.count) }
    var hashes: [TreeHash] = []
    while let line = next() {
      guard let hash = NoteText.hash(line) else { throw .malformedLine(place) }
      hashes.append(hash)
    }
    return hashes
  }
}
