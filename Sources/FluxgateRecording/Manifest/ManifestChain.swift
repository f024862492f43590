internal import FluxgateSeal

/// All manifests of a recording with what is wrong with them, each checked against the one before.
struct ManifestChain {
  private(set) var manifests: [Manifest] = []
  /// Digests of the files, beside `manifests`.
  private(set) var digests: [[UInt8]] = []
  private(set) var faults: [(segment: UInt32, fault: DocumentFault)] = []

  private var previous: [UInt8]
  private var nextIndices: [UInt64]
  private var lastSequence: UInt64 = 0
  private var epoch: UInt32 = 0
  private let head: RecordingHead

  /// Throws only when the disk fails; a manifest that is wrong is a fault.
  static func load(
    _ folder: RecordingFolder, head: RecordingHead
  ) throws(RecordingError) -> ManifestChain {
    var chain = ManifestChain(head)
    let numbers = try RecordingFolder.numbers(in: folder.manifests, suffix: "manifest")
    for (expected, number) in zip(UInt32(1)..., numbers) {
      guard expected == number else {
        chain.faults.append((expected, .missing))
        break
      }
      chain.add(try Disk.read(folder.manifest(number)), number, isLast: number == numbers.last)
    }
    return chain
  }

  private init(_ head: RecordingHead) {
    self.head = head
    previous = head.digest
    nextIndices = Array(repeating: 0, count: head.structure.datasets.count)
  }

  private mutating func add(_ file: [UInt8], _ number: UInt32, isLast: Bool) {
    do {
      let manifest = try Manifest(file, by: head.gateway)
      try follow(manifest, number, isLast: isLast)
      manifests.append(manifest)
    } catch {
      faults.append((number, error))
    }
    previous = SHA256.digest(file)
    digests.append(previous)
  }

  private mutating func follow(
    _ manifest: Manifest, _ number: UInt32, isLast: Bool
  ) throws(DocumentFault) {
    guard manifest.recording == head.recording else { throw .field("recording") }
    guard manifest.segment == number else { throw .field("segment") }
    guard manifest.previous == previous else { throw .chain }
    guard manifest.streams.map(\.dataset) == head.structure.datasets else {
      throw .field("streams")
    }
    guard manifest.commitments.map(\.category) == head.structure.categories else {
      throw .field("commitments")
    }
    guard isLast || !manifest.closed else { throw .field("closed") }
    guard manifest.epoch >= max(1, epoch) else { throw .field("epoch") }
    epoch = manifest.epoch
    try followChunks(manifest)
  }

  private mutating func followChunks(_ manifest: Manifest) throws(DocumentFault) {
    guard manifest.streams.map(\.first) == nextIndices || !faults.isEmpty else {
      throw .field("first")
    }
    nextIndices = manifest.streams.map(\.nextIndex)
    guard manifest.streams.allSatisfy({ $0.isPlausible(epoch: manifest.epoch) }) else {
      throw .field("chunks")
    }
    let sequences = manifest.streams.flatMap { $0.chunks.map(\.sequence) }.sorted()
    guard zip(sequences, sequences.dropFirst()).allSatisfy({ $0 < $1 }),
      (sequences.first ?? .max) > lastSequence
    else { throw .field("sequence") }
    lastSequence = sequences.last ?? lastSequence
  }
}

extension ManifestStream {
  /// Chunks in order, of the manifest's epoch, with room for what they say they store.
  fileprivate func isPlausible(epoch: UInt32) -> Bool {
    zip(chunks, chunks.dropFirst()).allSatisfy { $0.sequence < $1.sequence }
      && chunks.allSatisfy { $0.epoch == epoch && $0.size >= 100 }
      && account.stored <= UInt64(chunks.count) * UInt64(dataset.rowsPerChunk)
  }
}
