import FluxgateDevice
import FluxgateSignal
import FluxgateSimulation

/// What came out of one stream's ring: rows with their numbers, and what was entered as lost.
final class GatheredStream {
  let stream: AnnouncedStream
  private var reader: BlockRing.Reader
  private(set) var numbers: [UInt64] = []
  private(set) var rows: [UInt8] = []

  init(_ stream: AnnouncedStream) {
    self.stream = stream
    reader = stream.ring.claimReader()
  }

  func drain() { while take() {} }

  private func take() -> Bool {
    reader.consume { block in
      let header = block.header
      var number = header.firstSample
      var gap = 0
      for row in 0..<block.rowCount {
        while gap < header.discontinuityCount, header[discontinuity: gap].row == UInt32(row) {
          if row > 0 { number += header[discontinuity: gap].missing }
          gap += 1
        }
        numbers.append(number)
        number += 1
      }
      block.rows.withUnsafeBytes { rows.append(contentsOf: $0) }
    }
  }

  var name: String { stream.description.name }
  var lost: Int { Int(stream.counters.lostRows) }
  /// Stored and lost together.
  var accounted: Int { numbers.count + lost }

  /// The first row that does not stand in `truth` under its own number; nil when all do.
  func firstMisnumbered(_ truth: TruthStream) -> UInt64? {
    let width = truth.channelCount * truth.sampleType.byteCount
    var last: UInt64?
    for (place, number) in numbers.enumerated() {
      defer { last = number }
      guard number < UInt64(truth.rowCount), last.map({ $0 < number }) ?? true else {
        return number
      }
      let made = truth.rows[Int(number) * width..<(Int(number) + 1) * width]
      if made != rows[place * width..<(place + 1) * width] { return number }
    }
    return nil
  }

  /// The first row that is not in `truth` behind the row before it; nil when all are.
  ///
  /// - Parameter left: columns that the gateway reckons for itself and that are not compared.
  func firstUntrue(_ truth: TruthStream, leaving left: Set<Int>) -> UInt64? {
    var next = 0
    for (place, number) in numbers.enumerated() {
      let row = columns(of: rows, place, truth, leaving: left)
      while next < truth.rowCount, columns(of: truth.rows, next, truth, leaving: left) != row {
        next += 1
      }
      guard next < truth.rowCount else { return number }
      next += 1
    }
    return nil
  }

  private func columns(
    of bytes: [UInt8], _ row: Int, _ truth: TruthStream, leaving left: Set<Int>
  ) -> [ArraySlice<UInt8>] {
    let size = truth.sampleType.byteCount
    let start = row * truth.channelCount * size
    guard !left.isEmpty else { return [bytes[start..<start + truth.channelCount * size]] }
    return (0..<truth.channelCount).filter {
      !left.contains($0) && !left.contains($0 - truth.channelCount)
    }.map {
      bytes[start + $0 * size..<start + ($0 + 1) * size]
    }
  }
}
