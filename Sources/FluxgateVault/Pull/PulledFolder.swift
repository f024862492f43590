/// A recording's folder under construction, beside the place it is for.
struct PulledFolder {
  private static let folders = [
    "capsules", "journal", "segments", "manifests", "proofs", "spans", "erasures",
  ]

  let destination: String
  /// Where files are written until all are there and verified.
  var path: String { destination + ".part" }

  init(_ destination: String) throws(VaultError) {
    self.destination = destination
    try Folders.make(path)
    for folder in Self.folders { try Folders.make("\(path)/\(folder)") }
  }

  /// Whether the folder at `path` holds exactly these files' bytes.
  static func holds(_ items: [PullItem], at path: String) throws(VaultError) -> Bool {
    for item in items where try !isFetched(item, in: path) { return false }
    return true
  }

  /// Copies an object that an earlier, interrupted pull has not fetched; true when it copied.
  func fetch(_ item: PullItem, from vault: DirectoryVault) throws(VaultError) -> Bool {
    if try Self.isFetched(item, in: path) { return false }
    let object = try vault.open(item.object)
    let target = "\(path)/\(item.file)"
    _ = try Folders.remove(target)
    let file = try VaultFile.creating(target)
    var copy = PieceCopy()
    try copy.copy(object, to: file)
    try copy.finish().check(against: item.expected, item.object.text)
    try file.sync()
    return true
  }

  /// Removes what an earlier pull of something else left.
  ///
  /// - Parameter wanted: files below the folder.
  func keepOnly(_ wanted: Set<String>) throws(VaultError) {
    for folder in [""] + Self.folders.map({ $0 + "/" }) {
      for (name, isFolder) in try Folders.list("\(path)/\(folder)") {
        guard !isFolder, !wanted.contains(folder + name) else { continue }
        _ = try Folders.remove("\(path)/\(folder)\(name)")
      }
    }
  }

  /// Gives the folder its name, durably.
  func finish() throws(VaultError) {
    for folder in Self.folders { try Folders.sync("\(path)/\(folder)") }
    try Folders.sync(path)
    guard try Folders.renameIfAbsent(path, to: destination) else {
      throw .exists(path: destination)
    }
    try Folders.sync(Folders.parent(of: destination))
  }

  private static func isFetched(_ item: PullItem, in path: String) throws(VaultError) -> Bool {
    guard let file = try VaultFile.reading("\(path)/\(item.file)"),
      try file.size() == item.expected.byteCount
    else { return false }
    var copy = PieceCopy()
    try copy.take(file)
    return copy.finish() == item.expected
  }
}
