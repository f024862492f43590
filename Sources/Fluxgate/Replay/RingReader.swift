public import FluxgateDevice
internal import FluxgateSignal

/// The reading end of a ring whose blocks nobody wants.
final class RingReader {
  private var reader: BlockRing.Reader

  init(_ ring: BlockRing) { reader = ring.claimReader() }

  func empty() {
    while reader.consume({ _ in }) {}
  }
}

/// The reading ends of one device's rings, once it has announced them. Belongs to one thread.
public final class RingReaders {
  private let board: DeviceBoard
  private var readers: [RingReader] = []

  public init(_ board: DeviceBoard) { self.board = board }

  /// Throws away what is in them.
  public func empty() {
    if readers.isEmpty, let announcement = board.announcement {
      readers = announcement.outlets.map { RingReader($0.ring) }
    }
    for reader in readers { reader.empty() }
  }
}
