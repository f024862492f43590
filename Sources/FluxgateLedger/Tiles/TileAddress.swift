/// The place of a file of a tiled log (C2SP tlog-tiles): `tile/<L>/<N>[.p/<W>]`.
public struct TileAddress: Hashable, Sendable {
  /// Hashes or entries in a full tile.
  public static let fullWidth = 256
  public static let levelMax = 63

  public enum Level: Hashable, Sendable {
    /// Entries themselves: an entry bundle.
    case entries
    /// Roots over 256^L entries each; level 0 holds leaf hashes.
    case hashes(Int)
  }

  public let level: Level
  public let index: UInt64
  /// 1 to 256; below 256 the tile is partial.
  public let width: Int

  /// Nil for a level or width out of range.
  public init?(level: Level, index: UInt64, width: Int = Self.fullWidth) {
    guard (1...Self.fullWidth).contains(width) else { return nil }
    if case .hashes(let number) = level, !(0...Self.levelMax).contains(number) { return nil }
    self.init(checked: level, index, width)
  }

  /// For levels and widths that come from a tree's size.
  init(checked level: Level, _ index: UInt64, _ width: Int) {
    self.level = level
    self.index = index
    self.width = width
  }

  public var isFull: Bool { width == Self.fullWidth }
  public var full: TileAddress { TileAddress(checked: level, index, Self.fullWidth) }

  /// Relative to the log's directory.
  public var path: String {
    isFull ? fullPath : "\(partialDirectory)/\(width)"
  }

  /// Where all partial tiles of this place are.
  var partialDirectory: String { fullPath + ".p" }

  private var fullPath: String {
    let levelName = if case .hashes(let number) = level { "\(number)" } else { "entries" }
    return "tile/\(levelName)/" + Self.groups(index).joined(separator: "/")
  }

  /// 1234067 is x001, x234, 067.
  private static func groups(_ index: UInt64) -> [String] {
    var groups = [threeDigits(index % 1000)]
    var rest = index / 1000
    while rest > 0 {
      groups.append("x" + threeDigits(rest % 1000))
      rest /= 1000
    }
    return groups.reversed()
  }

  private static func threeDigits(_ number: UInt64) -> String {
    let digits = "\(number)"
    return String(repeating: "0", count: 3 - digits.count) + digits
  }

  /// Every tile that the checkpoint of a log of `size` entries calls for, partial ones last in
  /// their level. Made as they are asked for: a size is only what somebody says.
  public static func all(ofSize size: UInt64) -> some Collection<TileAddress> {
    let counts = sequence(first: size) { $0 >> 8 == 0 ? nil : $0 >> 8 }
    let rows = [(Level.entries, size)] + counts.enumerated().map { (.hashes($0), $1) }
    return rows.lazy.flatMap { row($0, count: $1) }
  }

  /// The partial tiles among them: at most one for each level.
  static func partial(ofSize size: UInt64) -> [TileAddress] {
    var addresses = partial(.entries, count: size)
    var (level, count) = (0, size)
    while count > 0 {
      addresses += partial(.hashes(level), count: count)
      level += 1
      count >>= 8
    }
    return addresses
  }

  private static func row(_ level: Level, count: UInt64) -> some Collection<TileAddress> {
    let tiles = (count >> 8) + (count & 255 == 0 ? 0 : 1)
    return (0..<tiles).lazy.map { index in
      TileAddress(checked: level, index, index < count >> 8 ? fullWidth : Int(count & 255))
    }
  }

  private static func partial(_ level: Level, count: UInt64) -> [TileAddress] {
    let width = Int(count & 255)
    return width == 0 ? [] : [TileAddress(checked: level, count >> 8, width)]
  }
}
