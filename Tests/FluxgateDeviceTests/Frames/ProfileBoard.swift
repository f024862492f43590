import FluxgateSignal
import FluxgateSimulation

@testable import FluxgateDevice

/// A device made from nothing but a profile's `frames`: counts, and sends seeded codes.
final class ProfileBoard: VirtualDevice {
  private let format: FrameFormat
  private let period: Int64
  private let dropped: Set<Int>
  private var random = SeededRandom(seed: 8)
  private var output: [UInt8] = []
  private var start: HostTime?
  private var made = 0
  private var kept: TruthStream

  /// - Parameter dropped: frames that are made and not sent.
  init(_ format: FrameFormat, rate: Double, dropped: Set<Int>) {
    precondition(format.framesPerRow == 1 && format.columns.allSatisfy { $0.format.kind != .f32 })
    self.format = format
    self.dropped = dropped
    period = Int64(1e9 / rate)
    kept = TruthStream(
      name: format.stream, sampleType: .keeping(format.fields.map(\.format)),
      channelCount: format.columns.count)
  }

  var truth: [TruthStream] { [kept] }
  var isPlugged: Bool { true }
  var nextWake: HostTime {
    start.map { $0.advanced(by: period * Int64(made + 1)) } ?? .distantFuture
  }

  func connected(at now: HostTime) { start = start ?? now }
  func disconnected(at now: HostTime) {}
  func receive(_ bytes: [UInt8], at now: HostTime) {}

  func takeOutput() -> [UInt8] {
    defer { output.removeAll() }
    return output
  }

  func advance(to now: HostTime) {
    while nextWake <= now {
      let codes = format.columns.map { self.code($0.format) }
      if !dropped.contains(made) { output += frame(codes, number: UInt64(made)) }
      for code in codes {
        kept.rows += (0..<kept.sampleType.byteCount).map {
          UInt8(truncatingIfNeeded: code >> (8 * $0))
        }
      }
      made += 1
    }
  }

  private func code(_ number: NumberFormat) -> Int64 {
    let bits = random.next() >> (64 - 8 * UInt64(number.byteCount))
    let unused = 64 - 8 * number.byteCount
    return number.isUnsigned ? Int64(bits) : Int64(bitPattern: bits << unused) >> unused
  }

  func frame(_ codes: [Int64], number: UInt64) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: format.length)
    bytes.replaceSubrange(0..<format.sync.count, with: format.sync)
    for mark in format.marks { bytes[mark.offset] = mark.value }
    if let end = format.end { bytes[format.length - 1] = end.ranges[0].lowerBound }
    if let counter = format.counter {
      let value = number * counter.step % counter.modulus
      put(Int64(value), counter.format, at: counter.offset, in: &bytes)
    }
    for (column, code) in zip(format.columns, codes) {
      put(code, column.format, at: column.offset, in: &bytes)
    }
    if let sum = format.checksum { close(&bytes, with: sum) }
    return bytes
  }

  private func put(_ code: Int64, _ number: NumberFormat, at offset: Int, in bytes: inout [UInt8]) {
    for place in 0..<number.byteCount {
      let shift = 8 * (number.isBigEndian ? number.byteCount - 1 - place : place)
      bytes[offset + place] = UInt8(truncatingIfNeeded: code >> shift)
    }
  }

  /// Bit by bit, so that it shares nothing with the code it is read by.
  private func close(_ bytes: inout [UInt8], with sum: FrameChecksum) {
    let covered = bytes[sum.first...sum.last]
    switch sum.kind {
    case .sum8: bytes[sum.offset] = covered.reduce(0, &+)
    case .xor8: bytes[sum.offset] = covered.reduce(0, ^)
    case .xmodem, .ccitt:
      var value: UInt16 = sum.kind == .ccitt ? 0xFFFF : 0
      for byte in covered {
        value ^= UInt16(byte) << 8
        for _ in 0..<8 { value = value & 0x8000 != 0 ? value << 1 ^ 0x1021 : value << 1 }
      }
      let both = [UInt8(value >> 8), UInt8(value & 0xFF)]
      bytes.replaceSubrange(
        sum.offset..<sum.offset + 2, with: sum.isBigEndian ? both : both.reversed())
    }
  }
}
