extension TileAddress {
  /// Reads a path as `path` writes it; nil for every other spelling.
  public init?(path: String) {
    var parts = path.split(separator: "/", omittingEmptySubsequences: false)[...]
    guard parts.popFirst() == "tile", let name = parts.popFirst() else { return nil }
    guard let level = Self.level(name), let (index, width) = Self.place(parts) else { return nil }
    self.init(level: level, index: index, width: width)
    guard self.path.isSpelled(like: path) else { return nil }
  }

  private static func level(_ name: Substring) -> Level? {
    if name == "entries" { return .entries }
    return Int(name).map { .hashes($0) }
  }

  private static func place(_ parts: ArraySlice<Substring>) -> (index: UInt64, width: Int)? {
    var groups = parts
    guard let last = groups.popLast() else { return nil }
    guard let before = groups.last, before.hasSuffix(".p") else {
      return index(groups + [last]).map { ($0, fullWidth) }
    }
    groups.removeLast()
    guard let width = Int(last), width < fullWidth else { return nil }
    return index(groups + [before.dropLast(2)]).map { ($0, width) }
  }

  /// At most seven groups: 64 bits have twenty digits.
  private static func index(_ groups: ArraySlice<Substring>) -> UInt64? {
    guard (1...7).contains(groups.count) else { return nil }
    let digits = groups.dropLast().map { $0.dropFirst() } + groups.suffix(1)
    return UInt64(digits.joined())
  }
}
