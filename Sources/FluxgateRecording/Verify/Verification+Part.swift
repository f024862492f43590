extension Verification {
  /// Where a folder says that it is a part, the rest is checked for that part only.
  mutating func readPart() throws(RecordingError) {
    do {
      report.part = try PartNote.load(folder)
    } catch {
      guard case .document(_, let fault) = error else { throw error }
      find(.partNote, .document(fault))
    }
  }

  func holds(_ segment: UInt32) -> Bool { report.part?.segments.contains(segment) ?? true }

  func holds(_ stream: ManifestStream) -> Bool {
    report.part?.categories.contains(stream.dataset.category) ?? true
  }

  /// A part cannot hold a segment or category that the signed documents do not know.
  mutating func checkPart(_ chain: ManifestChain, _ head: RecordingHead) {
    guard let part = report.part else { return }
    let known = Set(chain.manifests.map(\.segment) + chain.faults.map(\.segment))
    for segment in part.segments.subtracting(known).sorted() {
      find(.manifest(segment), .missing)
    }
    if !part.categories.isSubset(of: head.structure.categories) {
      find(.partNote, .document(.field("categories")))
    }
  }
}
