public import FluxgateLedger
internal import FluxgateRecording
internal import FluxgateSeal

/// What a stranger needs to check one segment without any program of ours: see the page
/// <doc:CheckOneSegment>.
///
/// It opens nothing. It shows that manifest, salt and ledger entry belong together: who holds it can
/// tell that this entry of the ledger is this recording's.
public struct SegmentBundle: Sendable {
  public struct File: Sendable, Hashable {
    public let name: String
    public let bytes: [UInt8]
  }

  /// All but the segment itself, which is large.
  public let files: [File]
  /// The HDF5 file, which the bundle carries as `segment.h5`.
  public let segmentFile: String
  public let proof: TlogProof
  /// Entries under the proof's checkpoint.
  public let size: UInt64
  /// Nil where no stamp dates the entry.
  public let dated: DatedHead?

  /// Collects and checks what there is for a segment.
  ///
  /// - Parameters:
  ///   - card: the gateway's, from whoever vouches for it.
  ///   - place: the log's home, if this is the machine that has it: stamps are there.
  public init(
    segment: UInt32, of path: String, card: GatewayCard, place: LedgerPlace?
  ) throws(Fault) {
    let folder = try RecordingAccess.folder(path)
    let outline = try RecordingAccess.outline(path)
    guard outline.gateway == card.key else { throw .otherGateway(path) }
    guard let found = outline.segments.first(where: { $0.number == segment }), found.hasProof else {
      throw .notProven(segment, cause: "no such segment, or it has no proof yet", exit: .failed)
    }
    let sources = try Sources(segment, folder, card)
    let place = place?.verifierKey == sources.log ? place : nil
    (proof, dated) = try sources.bestProof(place)
    size = try sources.size(segment, proof)
    segmentFile = folder.segment(segment)
    files =
      sources.files(proof) + Self.keys(card, sources.log, try place?.witnesses())
      + Self.stamp(dated)
  }

  /// Writes everything but the segment into a folder that is not there yet.
  public func write(to folder: String) throws(Fault) {
    guard !DurableFile.exists(folder) else {
      throw Fault(
        "D30", "\(folder) exists", state: "It was not changed.",
        remedy: "choose another folder for --out", exit: .refused)
    }
    try DurableFile.makeFolder(folder)
    for file in files {
      try DurableFile.create("\(folder)/\(file.name)", with: file.bytes, mode: 0o644)
    }
  }

  private static func keys(
    _ card: GatewayCard, _ log: VerifierKey, _ witnesses: WitnessPolicy?
  ) -> [File] {
    let witnessFiles = (witnesses?.trusted.keys ?? []).enumerated().map { place, key in
      File(name: "witness-\(place + 1).pem", bytes: Array(key.key.pem.utf8))
    }
    return [
      File(name: "gateway.pem", bytes: Array(card.key.pem.utf8)),
      File(name: "log.pem", bytes: Array(log.key.pem.utf8)),
    ] + witnessFiles
  }

  private static func stamp(_ dated: DatedHead?) -> [File] {
    guard let dated else { return [] }
    return [
      File(name: "stamp.tsr", bytes: dated.stamp.bytes),
      File(name: "authority.pem", bytes: dated.authority.roots.pem),
    ]
  }
}

/// The files of a recording that a bundle is made from.
private struct Sources {
  let manifest: [UInt8]
  let salt: [UInt8]
  let entry: [UInt8]
  let log: VerifierKey
  /// As it lies beside the recording.
  let kept: TlogProof

  init(_ segment: UInt32, _ folder: RecordingFolder, _ card: GatewayCard) throws(Fault) {
    guard DurableFile.exists(folder.salt) else {
      throw .notProven(segment, cause: "the patient has erased it", exit: .failed)
    }
    manifest = try DurableFile.read(folder.manifest(segment))
    salt = try DurableFile.read(folder.salt)
    entry = ClosedSegment.entry(manifest: manifest, salt: salt)
    let file = try DurableFile.read(folder.proof(segment))
    do throws(NoteError) {
      log = try VerifierKey(card.logVerifierKey)
      kept = try TlogProof(file)
      _ = try kept.verify(entry: entry, log: log)
    } catch {
      throw .notProven(segment, cause: "\(error)", exit: .damaged)
    }
  }

  /// The proof under the earliest head that is dated; the one that was kept where none is.
  func bestProof(
    _ place: LedgerPlace?
  ) throws(Fault) -> (TlogProof, DatedHead?) {
    guard let place, let dated = try LedgerStatus(place).stamp(of: kept.index) else {
      return (kept, nil)
    }
    let reader = try place.log()
    let notes = [dated.note, reader.note, kept.checkpoint].filter { $0.text == dated.note.text }
    let note = notes.max { $0.signatures.count < $1.signatures.count } ?? dated.note
    do throws(LedgerError) {
      return (try reader.proof(of: kept.index, under: note), dated)
    } catch {
      throw .damagedLedger("\(error)")
    }
  }

  func size(_ segment: UInt32, _ proof: TlogProof) throws(Fault) -> UInt64 {
    do throws(NoteError) {
      return try proof.verify(entry: entry, log: log).size
    } catch {
      throw .notProven(segment, cause: "\(error)", exit: .damaged)
    }
  }

  func files(_ proof: TlogProof) -> [SegmentBundle.File] {
    [
      .init(name: "manifest", bytes: manifest), .init(name: "salt", bytes: salt),
      .init(name: "entry", bytes: entry), .init(name: "proof.tlog-proof", bytes: proof.bytes),
      .init(name: "checkpoint", bytes: proof.checkpoint.bytes),
    ]
  }
}
