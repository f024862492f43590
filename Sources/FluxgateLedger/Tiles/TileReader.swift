/// Reads the tiles of a log of a given size, each once.
///
/// Nothing read here is verified: whoever asks compares with a checkpoint's root.
final class TileReader {
  static let bundleByteCountMax =
    TileAddress.fullWidth * (2 + EntryBundle.entryByteCountMax)

  private let files: LogFiles
  private let size: UInt64
  private var tiles: [TileAddress: [TreeHash]] = [:]

  init(files: LogFiles, size: UInt64) {
    self.files = files
    self.size = size
  }

  var view: TreeView {
    TreeView(size: size) { [self] (subtree) throws(LedgerError) in try hash(of: subtree) }
  }

  /// The partial or full tile that a log of this size has at a place.
  func address(_ level: TileAddress.Level, _ index: UInt64) -> TileAddress {
    let shift = if case .hashes(let number) = level { 8 * number } else { 0 }
    let rest = (size >> UInt64(shift)) - index << 8
    return TileAddress(checked: level, index, Int(min(rest, 256)))
  }

  func hash(of subtree: Subtree) throws(LedgerError) -> TreeHash {
    let (level, height) = subtree.height.quotientAndRemainder(dividingBy: 8)
    let first = subtree.index << UInt64(height)
    let tile = try hashes(address(.hashes(level), first >> 8))
    let start = Int(first & 255)
    return .root(of: tile[start..<start + (1 << height)])
  }

  func hashes(_ address: TileAddress) throws(LedgerError) -> [TreeHash] {
    if let known = tiles[address] { return known }
    let (bytes, found) = try read(address, limit: TileAddress.fullWidth * TreeHash.byteCount)
    guard bytes.count == found.width * TreeHash.byteCount else { throw .damaged(path: found.path) }
    let hashes = stride(from: 0, to: address.width * TreeHash.byteCount, by: TreeHash.byteCount)
      .compactMap { TreeHash(bytes[$0..<$0 + TreeHash.byteCount]) }
    tiles[address] = hashes
    return hashes
  }

  func entries(_ index: UInt64) throws(LedgerError) -> [[UInt8]] {
    let address = address(.entries, index)
    let (bytes, found) = try read(address, limit: Self.bundleByteCountMax)
    guard let entries = EntryBundle.decode(bytes), entries.count == found.width else {
      throw .damaged(path: found.path)
    }
    return Array(entries.prefix(address.width))
  }

  /// A partial tile may have been replaced by its full one.
  private func read(
    _ address: TileAddress, limit: Int
  ) throws(LedgerError) -> (bytes: [UInt8], found: TileAddress) {
    for candidate in address.isFull ? [address] : [address, address.full] {
      if let bytes = try files.read(candidate.path, limit: limit) { return (bytes, candidate) }
    }
    throw .missing(path: address.path)
  }
}

extension TileStack {
  /// The right edge as it is on disk, when it has the checkpoint's root.
  init(reading reader: TileReader, of checkpoint: Checkpoint) throws(LedgerError) {
    let size = checkpoint.size
    var levels: [[TreeHash]] = []
    var count = size
    while count > 0 {
      let address = reader.address(.hashes(levels.count), count >> 8)
      levels.append(address.width == 0 ? [] : try reader.hashes(address))
      count >>= 8
    }
    let tail = size & 255 == 0 ? [] : try reader.entries(size >> 8)
    guard tail.map({ TreeHash.leaf($0) }) == levels.first ?? [] else {
      throw .damaged(path: reader.address(.entries, size >> 8).path)
    }
    self.init(size: size, levels: levels, bundle: EntryBundle.encode(tail) ?? [])
    guard root == checkpoint.root else { throw .damaged(path: "tile") }
  }
}
