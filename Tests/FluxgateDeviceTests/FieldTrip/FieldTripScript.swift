import FluxgateSignal

@testable import FluxgateDevice

/// A conversation written out by hand: bytes in, requests and rows out.
final class FieldTripScript {
  let board = DeviceBoard(name: "script")
  let port: DevicePort
  private(set) var skipped: [(Int, FramingFault)] = []
  private let decoder: any Decoder
  private var frames: FrameBuffer
  var now = HostTime(nanoseconds: 1_000_000_000_000_000_000)

  init(settings: [String: String] = [:]) {
    port = DevicePort(board: board)
    let driver = FieldTripDriver.make(DriverSetup(category: .neuro, settings: settings))
    decoder = driver.decoder
    frames = FrameBuffer(framer: driver.framer)
    decoder.linkOpened(at: now, port: port)
  }

  /// What the decoder sent since the last call, one request behind the other.
  func sent() -> [UInt8] { port.takeOutbox().flatMap { $0 } }

  func hear(_ bytes: [UInt8], after pause: Int64 = 1_000_000) {
    now = now.advanced(by: pause)
    frames.feed(
      bytes, count: bytes.count,
      frame: { decoder.decode($0, at: now, port: port) },
      skip: { count, fault in
        skipped.append((count, fault))
        decoder.skipped(count, fault, at: now, port: port)
      })
  }

  /// Lets time pass up to the decoder's next wake.
  func wake() {
    guard let due = decoder.nextWake else { return }
    now = due
    decoder.wake(at: due, port: port)
  }

  var isAsleep: Bool { decoder.nextWake == nil }

  /// Rows published so far as bytes, and the block's breaks.
  func publish() -> [UInt8] {
    port.outlets.first?.flush()
    var reader = port.outlets[0].ring.claimReader()
    var bytes: [UInt8] = []
    while reader.consume({ block in
      bytes += block.rows.withUnsafeBytes { Array($0) }
    }) {}
    return bytes
  }
}

func hex(_ text: String) -> [UInt8] {
  let digits = text.filter { !$0.isWhitespace }.compactMap { UInt8(String($0), radix: 16) }
  return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}
