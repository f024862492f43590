internal import FluxgateSeal

extension Verification {
  /// Step 4: one segment against its manifest, then the file as a whole.
  mutating func checkSegment(
    _ manifest: Manifest, _ head: RecordingHead
  ) throws(RecordingError) {
    let path = folder.segment(manifest.segment)
    guard Disk.exists(path) else {
      let categories = head.structure.categories
      if erasures.takesCiphertext(manifest.epoch, of: categories) { return }
      return find(.segment(manifest.segment), .missing)
    }
    if let file = try? SegmentInspector(path) {
      let streams = manifest.streams.filter { holds($0) && !isLeftOut($0, of: manifest, file) }
      var structure = SegmentStructure(segment: manifest.segment, head: head)
      structure.compare(
        file,
        chunkCounts: Dictionary(
          streams.map { ($0.dataset.stream, $0.chunks.count) },
          uniquingKeysWith: max))
      report.findings += structure.findings
      for stream in streams { checkChunks(stream, manifest, file) }
    } else {
      find(.segment(manifest.segment), .unreadable)
    }
    // A part's file is another one: its chunks were compared, one by one.
    if report.part == nil { try checkFile(manifest, path) }
  }

  /// Nothing erased is released: in a part, such a dataset is empty.
  private func isLeftOut(
    _ stream: ManifestStream, of manifest: Manifest, _ file: SegmentInspector
  ) -> Bool {
    guard report.part != nil, erasures.covers(stream.dataset.category, manifest.epoch) else {
      return false
    }
    return (try? file.chunk(of: stream.dataset, row: 0)) == nil
  }

  private mutating func checkChunks(
    _ stream: ManifestStream, _ manifest: Manifest, _ file: SegmentInspector
  ) {
    for chunk in stream.chunks {
      report.chunkCount += 1
      if let kind = SegmentChunk.fault(chunk, of: stream, in: manifest, file) {
        find(
          .chunk(segment: manifest.segment, stream: stream.dataset.stream, index: chunk.index),
          kind)
      }
    }
  }

  /// The digest covers every byte: where no object is at fault, the file itself is.
  private mutating func checkFile(
    _ manifest: Manifest, _ path: String
  ) throws(RecordingError) {
    let (size, digest) = try FileDigest.of(path)
    if size != manifest.fileSize {
      find(.segment(manifest.segment), .size)
    } else if digest != manifest.fileDigest {
      find(.segment(manifest.segment), .digest)
    }
  }
}

/// One sealed chunk as it lies in a segment, against its manifest.
enum SegmentChunk {
  static func fault(
    _ chunk: ManifestChunk, of stream: ManifestStream, in manifest: Manifest,
    _ file: SegmentInspector
  ) -> FindingKind? {
    do {
      _ = try sealed(chunk, of: stream, in: manifest, file)
      return nil
    } catch {
      guard case .chunk(_, _, let fault) = error else { return .unreadable }
      switch fault {
      case .missing: return .missing
      case .mask(let mask): return .mask(mask)
      case .place: return .place
      case .size: return .size
      default: return .digest
      }
    }
  }

  /// The sealed bytes, once they are seen to be the ones that the gateway signed.
  static func sealed(
    _ chunk: ManifestChunk, of stream: ManifestStream, in manifest: Manifest,
    _ file: SegmentInspector
  ) throws(RecordingError) -> [UInt8] {
    let dataset = stream.dataset
    func fail(_ fault: ChunkFault) -> RecordingError {
      .chunk(stream: dataset.stream, index: chunk.index, fault)
    }
    let row = Int(chunk.index - stream.first) * Int(dataset.rowsPerChunk)
    guard let (sealed, mask) = try file.chunk(of: dataset, row: row) else { throw fail(.missing) }
    guard mask == 0 else { throw fail(.mask(mask)) }
    let place = ChunkAddress(
      of: dataset, recording: manifest.recording, epoch: manifest.epoch, index: chunk.index,
      sequence: chunk.sequence)
    guard (try? SealedHeader.parse(sealed))?.address == place else { throw fail(.place) }
    guard sealed.count == Int(chunk.size) else { throw fail(.size(sealed.count)) }
    guard SHA256.digest(sealed) == chunk.digest else { throw fail(.digest) }
    return sealed
  }
}
