public import FluxgateLedger
internal import FluxgateSeal
internal import Glibc

/// The stamps of a log's checkpoints, in a folder beside the log.
///
/// `<size>.checkpoint` is the signed head, `<size>.tsr` the authority's reply over its text; the size
/// has 20 digits, so that names sort as numbers do. Nothing that is read here is verified yet.
public struct StampShelf: Sendable, Hashable {
  public let folder: String

  public init(folder: String) { self.folder = folder }

  /// A stamp and the head that it dates, as they lie on the shelf.
  public struct Item: Sendable, Hashable {
    public let size: UInt64
    public let note: SignedNote
    public let reply: [UInt8]
  }

  /// The sizes of the heads that are dated, rising.
  public func sizes() throws(Fault) -> [UInt64] {
    guard DurableFile.exists(folder) else { return [] }
    return try names().compactMap(Self.size).sorted()
  }

  public func item(_ size: UInt64) throws(Fault) -> Item {
    let note = try DurableFile.read(path(size, "checkpoint"))
    let reply = try DurableFile.read(path(size, "tsr"))
    do throws(NoteError) {
      return Item(size: size, note: try SignedNote(note), reply: reply)
    } catch {
      throw .badStamp(size, cause: "\(error)")
    }
  }

  public func holds(_ size: UInt64) -> Bool { DurableFile.exists(path(size, "tsr")) }

  /// The head first: a reply without it could not be checked.
  func keep(_ stamp: TimeStamp, of note: SignedNote, size: UInt64) throws(Fault) {
    try DurableFile.makeFolder(folder)
    try DurableFile.replace(path(size, "checkpoint"), with: note.bytes, mode: 0o644)
    try DurableFile.replace(path(size, "tsr"), with: stamp.bytes, mode: 0o644)
  }

  private func path(_ size: UInt64, _ suffix: String) -> String {
    let digits = String(size)
    return "\(folder)/" + String(repeating: "0", count: 20 - digits.count) + "\(digits).\(suffix)"
  }

  private static func size(_ name: String) -> UInt64? {
    guard name.utf8.count == 24, name.hasSuffix(".tsr"),
      name.utf8.prefix(20).allSatisfy({ (0x30...0x39).contains($0) })
    else { return nil }
    return UInt64(name.prefix(20))
  }

  private func names() throws(Fault) -> [String] {
    // SAFETY: the stream is closed below; each name is copied before the next is read.
    guard let listing = unsafe opendir(folder) else { throw .file(folder, "read", errno) }
    defer { unsafe closedir(listing) }
    var names: [String] = []
    while let entry = unsafe readdir(listing) {
      names.append(
        unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
          unsafe field.withMemoryRebound(to: CChar.self, capacity: 256) {
            unsafe String(cString: $0)
          }
        })
    }
    return names
  }
}
