internal import FluxgateSeal

/// The file behind a ``ClockFloor``: `fluxgate-floor-v1`, a space, seconds in decimal, a line feed.
///
/// Several processes of one home may share it: it is only ever raised, under a lock of its own.
struct FloorFile: Sendable {
  private static let kind = "fluxgate-floor-v1 "
  private static let byteCountMax = 64
  /// In the year 2255: nanoseconds of it still fit into 64 bits.
  private static let last: Int64 = 9_000_000_000
  let path: String

  /// Nil when there is none yet. A file of any other form is an error and never a floor of 0.
  func read() throws(VaultError) -> Int64? {
    guard let file = try VaultFile.reading(path) else { return nil }
    let text = String(decoding: try file.read(Self.byteCountMax, at: 0), as: UTF8.self)
    guard text.hasPrefix(Self.kind), text.hasSuffix("\n"),
      let seconds = Int64(text.dropFirst(Self.kind.count).dropLast()),
      seconds < Self.last, text == Self.text(seconds)
    else { throw .refused(path, .encoding) }
    return seconds
  }

  /// What the file says afterwards, durably: `seconds`, or more where another process was further.
  func raise(to seconds: Int64) throws(VaultError) -> Int64 {
    let lock = try VaultFile.locking("\(path).lock")
    let known = try read()
    if let known, known >= seconds { return known }
    let aside = try VaultFile.overwriting("\(path).part")
    try aside.write(Array(Self.text(seconds).utf8), at: 0)
    try aside.sync()
    try Folders.rename(aside.path, to: path)
    try Folders.sync(Folders.parent(of: path))
    // The lock ends with its file, not before the name is durable.
    withExtendedLifetime(lock) {}
    return seconds
  }

  private static func text(_ seconds: Int64) -> String { "\(kind)\(seconds)\n" }
}
