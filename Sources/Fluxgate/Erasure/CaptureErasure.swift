/// Captures that this gateway has made, and which of them an erasure took: those whose time meets
/// that of erased epochs. A capture does not say whose it is.
public struct CaptureErasure: Sendable, Hashable {
  public private(set) var removed: [String] = []
  /// Captures that are still there: somebody must look whether they are to go.
  public private(set) var left: [String] = []

  init() {}

  init(_ register: CaptureRegister, during times: [Range<Int64>]) throws(Fault) {
    for capture in try register.captures() where DurableFile.exists(capture.path) {
      let end = DurableFile.modified(capture.path) ?? .max - 1
      let span = capture.began..<max(end, capture.began) + 1
      if times.contains(where: { $0.overlaps(span) }) {
        try DurableFile.remove(capture.path)
        removed.append(capture.path)
      } else {
        left.append(capture.path)
      }
    }
    try register.keepOnly(left)
  }
}
