internal import Glibc

/// The files of one log: read whole, replaced whole, and durable when a call returns.
///
/// A file is written aside, synced, renamed into place, and then every directory on its way is
/// synced. Paths are relative to the log's directory. One writer at a time, by an exclusive lock
/// that ends with this value or its process.
final class LogFiles: Sendable {
  private static let aside = "incoming"

  let directory: String
  private let lock: OpenFile?

  init(directory: String) throws(LedgerError) {
    self.directory = directory
    try Self.makeDirectory(directory)
    let lock = try OpenFile("\(directory)/lock", O_RDWR | O_CREAT)
    try lock.lockExclusively()
    self.lock = lock
  }

  /// For reading beside a writer.
  init(reading directory: String) {
    self.directory = directory
    lock = nil
  }

  /// The bytes of a file, or nil where none is.
  func read(_ path: String, limit: Int) throws(LedgerError) -> [UInt8]? {
    do throws(LedgerError) {
      return try OpenFile("\(directory)/\(path)", O_RDONLY).readAll(limit: limit)
    } catch .file(.open, _, number: ENOENT) {
      return nil
    }
  }

  func exists(_ path: String) -> Bool {
    // SAFETY: the path outlives the call.
    unsafe access("\(directory)/\(path)", F_OK) == 0
  }

  /// Puts files into place in the order given. When this returns, all of them are durable.
  func replace(_ files: [(path: String, bytes: [UInt8])]) throws(LedgerError) {
    precondition(lock != nil, "only the holder of the lock writes")
    var directories: Set<String> = []
    for file in files {
      let parents = Self.parents(of: file.path)
      for parent in parents where !directories.contains(parent) {
        try Self.makeDirectory("\(directory)/\(parent)")
      }
      directories.formUnion(parents)
      try replace(file.path, file.bytes)
    }
    // Also those that were there: an earlier, interrupted call may have made them.
    for parent in directories.sorted(by: >) { try sync("\(directory)/\(parent)") }
    try sync(directory)
  }

  /// Makes the log's own directory durable.
  func syncParent() throws(LedgerError) { try sync("\(directory)/..") }

  /// Removes a file if it is there. Not durable: what is removed may come back after a crash.
  func discard(_ path: String) {
    // SAFETY: the path outlives the call.
    _ = unsafe unlink("\(directory)/\(path)")
  }

  func discardDirectory(_ path: String) {
    // SAFETY: the path outlives the call.
    _ = unsafe rmdir("\(directory)/\(path)")
  }

  private func replace(_ path: String, _ bytes: [UInt8]) throws(LedgerError) {
    let aside = "\(directory)/\(Self.aside)"
    try OpenFile(aside, O_WRONLY | O_CREAT | O_TRUNC).writeAndSync(bytes)
    // SAFETY: both paths outlive the call.
    guard unsafe rename(aside, "\(directory)/\(path)") == 0 else {
      throw .file(.rename, path: path, number: errno)
    }
  }

  private func sync(_ path: String) throws(LedgerError) {
    try OpenFile(path, O_RDONLY | O_DIRECTORY).sync()
  }

  private static func makeDirectory(_ path: String) throws(LedgerError) {
    // SAFETY: the path outlives the call.
    guard unsafe mkdir(path, 0o755) == 0 || errno == EEXIST else {
      throw .file(.makeDirectory, path: path, number: errno)
    }
  }

  /// Outermost first: tile, tile/0, tile/0/003.p.
  private static func parents(of path: String) -> [String] {
    var parents: [String] = []
    for part in path.split(separator: "/").dropLast() {
      parents.append(parents.last.map { "\($0)/\(part)" } ?? String(part))
    }
    return parents
  }
}
