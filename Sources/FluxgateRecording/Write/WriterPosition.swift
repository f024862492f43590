internal import FluxgateSignal

/// Where a recording goes on: the numbers that never restart.
struct WriterPosition: Hashable, Sendable {
  var segment: UInt32 = 0
  var epoch: UInt32 = 0
  var sequence: UInt64 = 0
  /// Next chunk index by stream.
  var indices: [UInt32: UInt64] = [:]
  /// Next number of a metadata document by category.
  var documents: [UInt16: UInt64] = [:]

  init() {}

  /// After the last manifest of a recording whose journals are all closed.
  init(after folder: RecordingFolder, head: RecordingHead) throws(RecordingError) {
    let chain = try ManifestChain.load(folder, head: head)
    if let (number, fault) = chain.faults.first {
      throw .document(path: folder.manifest(number), fault)
    }
    if chain.manifests.last?.closed ?? false { throw .finished }
    segment = UInt32(chain.manifests.count)
    sequence = chain.manifests.compactMap(\.lastSequence).max() ?? 0
    // A gateway killed between capsule and journal leaves an epoch without a segment.
    epoch = try CapsuleName.all(in: folder).map(\.epoch).max() ?? 0
    epoch = max(epoch, chain.manifests.last?.epoch ?? 0)
    for stream in chain.manifests.last?.streams ?? [] {
      indices[stream.dataset.stream] = stream.nextIndex
    }
    // A document has at least one page: its number never exceeds that of the pages before it.
    for dataset in head.structure.datasets where dataset.kind == .meta {
      documents[dataset.category] = indices[dataset.stream] ?? 0
    }
  }
}
