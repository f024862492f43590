/// The partial tiles on a log's right edge, level by level, and how entries are added to them.
///
/// Holds at most eight levels of 255 hashes and one unfinished entry bundle.
struct TileStack {
  struct File: Hashable {
    let address: TileAddress
    let bytes: [UInt8]
  }

  private(set) var size: UInt64 = 0
  /// The hashes of each level that do not fill a tile yet.
  private var levels: [[TreeHash]] = []
  private var bundle: [UInt8] = []

  init() {}

  /// - Parameters:
  ///   - levels: from level 0 up, the hashes of each partial tile, empty where none is.
  ///   - bundle: the partial entry bundle's bytes.
  init(size: UInt64, levels: [[TreeHash]], bundle: [UInt8]) {
    self.size = size
    self.levels = levels
    self.bundle = bundle
  }

  /// The root over all entries.
  var root: TreeHash {
    var edge = RightEdge()
    for (level, hashes) in levels.enumerated().reversed() {
      for hash in hashes { edge.append(hash, height: 8 * level) }
    }
    return edge.root
  }

  /// Adds `entries` and returns the tiles to write: each completed one, then the new partial ones.
  mutating func append(_ entries: [[UInt8]]) -> [File] {
    var files: [File] = []
    var highest = 0
    for entry in entries {
      let finished = append(entry)
      files += finished
      highest = max(highest, finished.count - 1)
    }
    return files + partialFiles(upTo: highest)
  }

  /// The tiles that this entry completes: its bundle first, then hash tiles from level 0 up.
  private mutating func append(_ entry: [UInt8]) -> [File] {
    EntryBundle.append(entry, to: &bundle)
    var files: [File] = []
    if size & 255 == 255 {
      files.append(File(address: .init(checked: .entries, size >> 8, 256), bytes: bundle))
      bundle = []
    }
    push(.leaf(entry), &files)
    size += 1
    return files
  }

  private mutating func push(_ leaf: TreeHash, _ files: inout [File]) {
    var (hash, level) = (leaf, 0)
    while true {
      if level == levels.count { levels.append([]) }
      levels[level].append(hash)
      guard levels[level].count == TileAddress.fullWidth else { return }
      let tile = levels[level]
      let index = size >> UInt64(8 * (level + 1))
      files.append(Self.file(.init(checked: .hashes(level), index, tile.count), tile))
      levels[level] = []
      (hash, level) = (.root(of: tile), level + 1)
    }
  }

  /// Levels above `highest` got no new hash, and so need no new partial tile.
  private func partialFiles(upTo highest: Int) -> [File] {
    let width = Int(size & 255)
    var files: [File] = []
    if width > 0 {
      files.append(File(address: .init(checked: .entries, size >> 8, width), bytes: bundle))
    }
    for (level, hashes) in levels.enumerated().prefix(highest + 1) where !hashes.isEmpty {
      let index = size >> UInt64(8 * (level + 1))
      files.append(Self.file(.init(checked: .hashes(level), index, hashes.count), hashes))
    }
    return files
  }

  private static func file(_ address: TileAddress, _ hashes: [TreeHash]) -> File {
    File(address: address, bytes: hashes.flatMap(\.bytes))
  }
}
