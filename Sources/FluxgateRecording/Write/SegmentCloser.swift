public import FluxgateSeal

/// Turns a finished journal into a segment and its signed manifest.
///
/// HDF5 works under one lock: give closing a thread of its own and call it from there only.
/// Closing what is closed already changes nothing.
public struct SegmentCloser: Sendable {
  public let folder: RecordingFolder
  private let key: SigningKey

  /// - Parameter key: the gateway's identity key, the one that the recording names.
  public init(folder: RecordingFolder, key: SigningKey) {
    self.folder = folder
    self.key = key
  }

  /// Writes segment and manifest, durably and in this order, then removes the journal.
  ///
  /// Throws ``RecordingError`` and leaves the journal as it is; the call may be repeated.
  @discardableResult
  public func close(_ segment: UInt32) throws(RecordingError) -> ClosedSegment {
    let path = folder.manifest(segment)
    if !Disk.exists(path) { try write(segment) }
    let file = try Disk.read(path)
    if Disk.exists(folder.journal(segment)) {
      try Disk.remove(folder.journal(segment))
      try Disk.syncFolder(of: folder.journal(segment))
    }
    return try ClosedSegment(segment, manifest: file, in: folder)
  }

  private func write(_ segment: UInt32) throws(RecordingError) {
    var draft = try SegmentDraft(folder: folder, segment: segment, signer: key.publicKey)
    try draft.writeChunks()
    let previous = try previousDigest(of: segment)
    let file = try publish(segment)
    let manifest = Manifest(
      of: draft.header, commitments: draft.commitments, previous: previous,
      streams: draft.streams, file: file, closed: draft.isFinal)
    try Disk.create(folder.manifest(segment), manifest.signed(by: key))
  }

  /// Gives the written file its name, with its bytes on the disk.
  private func publish(_ segment: UInt32) throws(RecordingError) -> (UInt64, [UInt8]) {
    let path = folder.segment(segment)
    let part = path + Disk.aside
    try File(part, for: .changing).sync()
    let measured = try FileDigest.of(part)
    try Disk.rename(part, to: path, replacing: true)
    try Disk.syncFolder(of: path)
    return measured
  }

  private func previousDigest(of segment: UInt32) throws(RecordingError) -> [UInt8] {
    guard segment > 1 else { return try RecordingHead.load(folder).digest }
    return SHA256.digest(try Disk.read(folder.manifest(segment - 1)))
  }
}

/// A segment that is durable: what the ledger is given.
public struct ClosedSegment: Sendable, Hashable {
  public let segment: UInt32
  /// SHA-256 of the manifest's file.
  public let manifestDigest: [UInt8]
  /// The salted commitment for the ledger; 32 bytes.
  public let entry: [UInt8]

  /// The entry of a manifest's bytes under a recording's salt.
  public static func entry(manifest: [UInt8], salt: [UInt8]) -> [UInt8] {
    SHA256.digest(
      Array("fluxgate/v1/segment".utf8) + [0] + salt + SHA256.digest(manifest))
  }

  init(segment: UInt32, manifestDigest: [UInt8], entry: [UInt8]) {
    self.segment = segment
    self.manifestDigest = manifestDigest
    self.entry = entry
  }

  init(
    _ segment: UInt32, manifest: [UInt8], in folder: RecordingFolder
  ) throws(RecordingError) {
    self.segment = segment
    manifestDigest = SHA256.digest(manifest)
    entry = Self.entry(manifest: manifest, salt: try Disk.read(folder.salt))
  }
}

/// The size and SHA-256 of a file, read in pieces.
enum FileDigest {
  static func of(_ path: String) throws(RecordingError) -> (UInt64, [UInt8]) {
    let file = try File(path, for: .reading)
    var hash = SHA256()
    var size: UInt64 = 0
    while true {
      let piece = try file.read(1 << 20, at: size)
      hash.update(piece)
      size += UInt64(piece.count)
      if piece.count < 1 << 20 { return (size, hash.finish()) }
    }
  }
}
