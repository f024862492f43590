import FluxgateTransport

/// A story between `USBTransport` and the mock device: what goes over the bus, what must be read.
enum USBScene: String, CaseIterable {
  case stream, stall, unplug, bulkOut, reports, control

  static let transfers = 4
  static let transferBytes = 512

  var settings: USBLinkSettings {
    switch self {
    case .stream, .stall, .unplug: bulk(.none)
    case .bulkOut: bulk(.bulk(MockUSBDevice.bulkOut))
    case .control: bulk(.setReport)
    case .reports:
      USBLinkSettings(
        input: MockUSBDevice.interruptIn, inputKind: .interrupt, transferCount: Self.transfers,
        transferBytes: 64)
    }
  }

  private func bulk(_ output: USBLinkSettings.Output) -> USBLinkSettings {
    USBLinkSettings(
      input: MockUSBDevice.bulkIn, output: output, transferCount: Self.transfers,
      transferBytes: Self.transferBytes)
  }

  /// What the program sends before it reads.
  var written: [UInt8] { [.bulkOut, .control].contains(self) ? [0xFF, 1, 2, 3, 4] : [] }

  /// What one read after the other must give.
  var reads: [[UInt8]] {
    switch self {
    case .stream: Self.pieces.filter { !$0.isEmpty }
    case .stall: (0..<12).map { Self.piece($0, 512) }
    case .unplug: (0..<6).map { Self.piece($0, 512) }
    case .bulkOut, .control: [Self.piece(0, 100)]
    case .reports: [64, 64, 8, 64, 1, 33].enumerated().map { Self.piece($0.offset, $0.element) }
    }
  }

  /// Whole, short and zero packets, in all the places of the ring.
  private static let pieces: [[UInt8]] = (0..<200).map { number in
    piece(number, [512, 512, 0, 511, 512, 1, 512][number % 7])
  }

  private static func piece(_ number: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: number &* 31 &+ $0) }
  }

  /// What goes over the bus: four requests stand open at any time.
  var traffic: [UInt8] {
    var capture = UsbmonCapture()
    writeOut(&capture)
    switch self {
    case .stream: Self.feed(Self.pieces, &capture, .bulk, MockUSBDevice.bulkIn, 512)
    case .reports: Self.feed(reads, &capture, .interrupt, MockUSBDevice.interruptIn, 64)
    case .bulkOut, .control: Self.feed(reads, &capture, .bulk, MockUSBDevice.bulkIn, 512)
    case .stall: stall(&capture)
    case .unplug:
      Self.feed(reads, &capture, .bulk, MockUSBDevice.bulkIn, 512)
      for id in 6..<10 {
        capture.complete(UInt64(id), .bulk, MockUSBDevice.bulkIn, status: -108)
      }
    }
    return capture.bytes
  }

  private static func feed(
    _ pieces: [[UInt8]], _ capture: inout UsbmonCapture, _ kind: UsbmonCapture.Kind,
    _ endpoint: UInt8, _ size: Int, from first: Int = 0
  ) {
    for id in first..<first + transfers { capture.submit(UInt64(id), kind, endpoint, length: size) }
    for (place, piece) in pieces.enumerated() {
      let id = first + place
      capture.complete(UInt64(id), kind, endpoint, data: piece)
      capture.submit(UInt64(id + transfers), kind, endpoint, length: size)
    }
  }

  /// Six pieces, then -32; the three requests behind it are taken back, and the rest flows.
  private func stall(_ capture: inout UsbmonCapture) {
    let endpoint = MockUSBDevice.bulkIn
    Self.feed(Array(reads.prefix(6)), &capture, .bulk, endpoint, 512)
    capture.complete(6, .bulk, endpoint, status: -32)
    Self.feed(Array(reads.dropFirst(6)), &capture, .bulk, endpoint, 512, from: 100)
  }

  private func writeOut(_ capture: inout UsbmonCapture) {
    guard !written.isEmpty else { return }
    let count = written.count
    if self == .bulkOut {
      capture.submit(1000, .bulk, MockUSBDevice.bulkOut, length: count, data: written)
      capture.complete(1000, .bulk, MockUSBDevice.bulkOut, length: count)
    } else {
      let setup: [UInt8] = [0x21, 0x09, 0x00, 0x02, 0, 0, UInt8(count), 0]
      capture.submit(1000, .control, 0, length: count, setup: setup, data: written)
      capture.complete(1000, .control, 0, length: count)
    }
  }
}
