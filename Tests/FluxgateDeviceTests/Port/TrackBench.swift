import FluxgateDevice
import FluxgateSignal

/// A device that samples evenly and says so in a counter, over a link that is late by chance.
struct TrackBench {
  var rate = 250.0
  /// How fast the device really runs, against `rate`.
  var partsPerMillion = 40.0
  var modulus: UInt64? = 256
  var counts = true
  /// Bytes come in lumps so long, in nanoseconds; 0 for at once.
  var lump: Int64 = 16_000_000
  var seed: UInt64 = 1
  var rows = 15_000
  /// Rows that never arrive.
  var lost: [Range<Int>] = []
  /// Rows that arrive twice.
  var doubled: Set<Int> = []
  /// From this row on the counter begins at 0.
  var restart: Int?
  /// Nothing is delivered in this time after the start; then all at once.
  var hitch: Range<Int64>?
  /// The host's clock as the link tells it is set by so much at a row.
  var clockStep: (row: Int, by: Int64)?

  static let start: Int64 = 1_700_000_000_000_000_000

  struct Outcome {
    /// Number given to each row that came out, by the row's true number.
    var numbers: [(row: Int, number: UInt64)] = []
    var lost: [DiscontinuityReason: UInt64] = [:]
    var gaps: [(number: UInt64, reason: DiscontinuityReason, missing: UInt64)] = []
    var times: [HostTime] = []

    /// How many rows out of place the worst number is.
    func worstError(from row: Int = 0) -> Int {
      numbers.filter { $0.row >= row }.map { abs(Int($0.number) - $0.row) }.max() ?? 0
    }
    var totalLost: UInt64 { lost.values.reduce(0, +) }
  }

  func made(_ row: Int) -> Int64 {
    Self.start + Int64((Double(row) * 1e9 / rate * (1 + partsPerMillion / 1e6)).rounded())
  }

  func run() -> Outcome {
    let description = StreamDescription(
      name: "s", kind: .raw, category: .neuro, sampleType: .int32,
      channels: [Channel(name: "n", kind: "eeg", unit: "V")], rate: rate)
    let outlet = StreamOutlet(description: description, rowsPerBlock: 16, slotCount: 64)
    let rule: CounterRule = counts ? .counting(modulus: modulus, step: 1) : .none
    let track = SampleTrack(outlet: outlet, rate: rate, counter: rule)
    var outcome = Outcome()
    var reader = outlet.ring.claimReader()
    for (row, arrival) in deliveries() {
      while let wake = track.nextWake, wake.nanoseconds <= arrival {
        track.wake(at: wake)
        precondition(track.nextWake.map { $0 > wake } ?? true)
      }
      let value = [Int32(row)]
      let count = restart.map { row >= $0 ? row - $0 : row } ?? row
      let counter = modulus.map { UInt64(count) % $0 } ?? UInt64(count)
      track.accept(
        value.span.bytes, counter: counts ? counter : nil, at: HostTime(nanoseconds: arrival))
      while outcome.take(&reader) {}
    }
    track.finish(at: HostTime(nanoseconds: .max))
    outlet.flush()
    while outcome.take(&reader) {}
    for reason in DiscontinuityReason.allCases where outlet.counters.lostRows(reason) > 0 {
      outcome.lost[reason] = outlet.counters.lostRows(reason)
    }
    return outcome
  }

  /// Rows in the order of their arrival.
  private func deliveries() -> [(row: Int, arrival: Int64)] {
    var state = seed
    var found: [(row: Int, arrival: Int64)] = []
    var newest: Int64 = 0
    for row in 0..<rows where !lost.contains(where: { $0.contains(row) }) {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      var arrival = made(row) + 200_000 + Int64(state >> 40) % 300_000
      if lump > 0 { arrival = (arrival / lump + 1) * lump }
      if let hitch, hitch.contains(arrival - Self.start) { arrival = Self.start + hitch.upperBound }
      arrival = max(arrival, newest)
      newest = arrival
      if let clockStep, row >= clockStep.row { arrival += clockStep.by }
      found.append((row, arrival))
      if doubled.contains(row) { found.append((row, arrival)) }
    }
    return found
  }
}

extension TrackBench.Outcome {
  fileprivate mutating func take(_ reader: inout BlockRing.Reader) -> Bool {
    reader.consume { block in
      let header = block.header
      var number = header.firstSample
      var gap = 0
      for row in 0..<block.rowCount {
        while gap < header.discontinuityCount, header[discontinuity: gap].row == UInt32(row) {
          let found = header[discontinuity: gap]
          if row > 0 { number += found.missing }
          gaps.append((number, found.reason, found.missing))
          gap += 1
        }
        numbers.append((Int(block.rows.i32(at: row * 4)), number))
        number += 1
      }
      times.append(header.firstTime)
      times.append(header.lastTime)
    }
  }
}

extension RawSpan {
  fileprivate func i32(at offset: Int) -> Int32 { Int32(bitPattern: u32(at: offset) ?? 0) }
}
