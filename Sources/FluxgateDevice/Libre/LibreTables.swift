internal import FluxgateSignal

/// The tables of a reader as they are read anew: which records are new, and when they were made.
struct LibreTables {
  /// The number of the next record of each stream; survives the loss of the link.
  private var expected: [Int64] = [0, 0, 0]
  var clock = LibreClock()
  /// Records that the reader has ever made.
  private(set) var recordCount = 0
  private var lines: [(number: Int64, line: LibreLine)] = []
  /// How many of the round's lines have been handed over.
  private var handed = 0
  /// Lines of kinds that are not kept, in the table just read.
  private(set) var unknownCount = 0

  mutating func begin(_ cursor: (String) -> Int64?) {
    for (place, stream) in LibreStreams.records.enumerated() {
      expected[place] = (cursor(stream.name) ?? -1) &+ 1
    }
  }

  /// - Returns: true when the reader's memory was erased: its numbers began again.
  mutating func take(recordCount count: Int) -> Bool {
    let isErased = Int64(count) &+ 256 < (expected.max() ?? 0)
    recordCount = count
    if isErased { expected = [0, 0, 0] }
    return isErased
  }

  /// Takes a table in, newest record first.
  mutating func take(table: [[UInt8]]) {
    var numbers = LibreNumbers(recordNumber: recordCount)
    unknownCount = 0
    for bytes in table {
      guard let line = LibreLineReader(bytes).line else {
        unknownCount += 1
        continue
      }
      lines.append((numbers.next(line.number), line))
    }
  }

  /// All tables of a round are there: oldest first from here on.
  mutating func settle() {
    clock.learn(
      lines.compactMap { number, line in
        guard case .clockChange(let new, let old) = line.record else { return nil }
        return (number, new &- old)
      })
    lines.sort { $0.number < $1.number }
    handed = 0
  }

  /// Hands over what is new among the next `most` lines.
  ///
  /// - Returns: false when none are left.
  mutating func deliver(most: Int, _ port: DevicePort, now: HostTime) -> Bool {
    let end = handed + min(most, lines.count - handed)
    for (number, line) in lines[handed..<end] { append(number, line, port, now: now) }
    handed = end
    guard handed == lines.count else { return true }
    forget()
    return false
  }

  mutating func forget() {
    lines = []
    handed = 0
  }

  private mutating func append(
    _ number: Int64, _ line: LibreLine, _ port: DevicePort, now: HostTime
  ) {
    let place = line.stream.rawValue
    guard number >= expected[place] else { return }
    expected[place] = number + 1
    let moment = clock.moment(number, wallClock: line.wallClock)
    let row =
      [number, Int64(line.number), line.wallClock] + line.columns + [
        moment?.utc.nanoseconds ?? LibreStreams.missing,
        (moment?.method ?? .unknown).rawValue,
      ]
    port.outlets[place].append(row, at: moment?.utc ?? now, now: now)
  }
}
