internal import FluxgateLedger
internal import FluxgateRecording

/// Puts closed segments into the gateway's log that have no proof yet.
struct SegmentAnchoring {
  /// Entries at the log's end that are looked through: a gateway killed between log and proof left
  /// its entry there, and it must not be entered twice.
  static let lookBack: UInt64 = 1024
  static let batchCount = 1024

  let folder: RecordingFolder

  /// Segments without a proof, with their entries; none where the salt was erased.
  func pending(_ outline: RecordingOutline) throws(Fault) -> [(segment: UInt32, entry: [UInt8])] {
    try entries(of: outline.segments.filter { !$0.hasProof })
  }

  /// The segments whose proofs too few witnesses have cosigned.
  func selfAttested(
    _ outline: RecordingOutline, log: VerifierKey, quorum: WitnessQuorum
  ) throws(Fault) -> [(segment: UInt32, entry: [UInt8])] {
    var found: [RecordingOutline.Segment] = []
    for segment in outline.segments where segment.hasProof {
      let note = try ProofCosigning.proof(of: segment.number, in: folder).checkpoint
      if !quorum.isMet(by: note, log: log) { found.append(segment) }
    }
    return try entries(of: found)
  }

  private func entries(
    of segments: [RecordingOutline.Segment]
  ) throws(Fault) -> [(segment: UInt32, entry: [UInt8])] {
    guard DurableFile.exists(folder.salt) else { return [] }
    let salt = try DurableFile.read(folder.salt)
    var found: [(segment: UInt32, entry: [UInt8])] = []
    for segment in segments {
      let manifest = try DurableFile.read(folder.manifest(segment.number))
      found.append((segment.number, ClosedSegment.entry(manifest: manifest, salt: salt)))
    }
    return found
  }

  /// Enters what the log does not hold, then keeps a proof for each segment.
  func anchor(
    _ pending: [(segment: UInt32, entry: [UInt8])], in log: EmbeddedLog
  ) throws(Fault) {
    do throws(LedgerError) {
      var places = try recentPlaces(of: Set(pending.map(\.entry)), in: log)
      let missing = pending.map(\.entry).filter { places[$0] == nil }
      for start in stride(from: 0, to: missing.count, by: Self.batchCount) {
        let batch = Array(missing[start..<min(start + Self.batchCount, missing.count)])
        for (entry, place) in zip(batch, try log.append(batch)) { places[entry] = place }
      }
      for (segment, entry) in pending {
        guard let place = places[entry] else { continue }
        try keep(try log.proof(of: place), of: segment)
      }
    } catch {
      throw .ledger(error)
    }
  }

  private func recentPlaces(
    of entries: Set<[UInt8]>, in log: EmbeddedLog
  ) throws(LedgerError) -> [[UInt8]: UInt64] {
    let size = log.head.size
    var places: [[UInt8]: UInt64] = [:]
    for index in (size - min(size, Self.lookBack))..<size where places.count < entries.count {
      let entry = try log.entry(at: index)
      if entries.contains(entry) { places[entry] = index }
    }
    return places
  }

  private func keep(_ proof: TlogProof, of segment: UInt32) throws(LedgerError) {
    do throws(Fault) {
      try DurableFile.makeFolder(folder.proofs)
      try DurableFile.replace(folder.proof(segment), with: proof.bytes)
    } catch {
      throw .file(.write, path: folder.proof(segment), number: 0)
    }
  }
}
