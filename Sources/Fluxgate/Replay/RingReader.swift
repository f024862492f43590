internal import FluxgateSignal

/// The reading end of a ring whose blocks nobody wants.
final class RingReader {
  private var reader: BlockRing.Reader

  init(_ ring: BlockRing) { reader = ring.claimReader() }

  func empty() {
    while reader.consume({ _ in }) {}
  }
}
