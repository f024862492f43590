/// The USB receiver's queue: whole packets go out, and what is lost on the way is kept as truth.
struct BioSemiReceiver {
  private static let packet = 512

  private struct Part {
    var number: Int
    /// Bytes of it that still wait.
    var left: Int
  }

  private(set) var withheld: Set<Int> = []
  private var waiting: [UInt8] = []
  private var parts: [Part] = []
  private var output: [UInt8] = []
  private var toLose = 0
  private var corruption: UInt64?

  mutating func add(_ sweep: [UInt8], number: Int) {
    waiting += damaged(sweep, number)
    parts.append(Part(number: number, left: sweep.count))
  }

  /// A sweep that nobody asked for.
  mutating func withhold(_ number: Int) { withheld.insert(number) }

  mutating func lose(_ byteCount: Int) { toLose += byteCount }

  mutating func corruptNext(_ random: inout SeededRandom) { corruption = random.next() }

  /// Sends what fills packets.
  mutating func send() {
    loseDue()
    let count = waiting.count / Self.packet * Self.packet
    output += waiting[0..<count]
    pass(count) { _ in }
  }

  /// Loses what fills packets.
  mutating func losePackets() { drop(waiting.count / Self.packet * Self.packet) }

  /// The line is closed: nothing that waits goes anywhere.
  mutating func clear() {
    drop(waiting.count)
    output.removeAll()
  }

  mutating func takeOutput() -> [UInt8] {
    defer { output.removeAll(keepingCapacity: true) }
    return output
  }

  private mutating func loseDue() {
    let count = min(toLose, waiting.count)
    drop(count)
    toLose -= count
  }

  private mutating func drop(_ count: Int) {
    var lost: [Int] = []
    pass(count) { lost.append($0) }
    withheld.formUnion(lost)
  }

  /// Takes bytes from the front; `body` is given the number of every sweep they belong to.
  private mutating func pass(_ count: Int, _ body: (Int) -> Void) {
    waiting.removeFirst(count)
    var left = count
    var done = 0
    while left > 0 {
      let taken = min(left, parts[done].left)
      body(parts[done].number)
      parts[done].left -= taken
      left -= taken
      if parts[done].left == 0 { done += 1 }
    }
    parts.removeFirst(done)
  }

  /// The sync word's bytes and the lowest byte of every word are the only ones whose change shows.
  private mutating func damaged(_ sweep: [UInt8], _ number: Int) -> [UInt8] {
    guard let bits = corruption else { return sweep }
    corruption = nil
    withheld.insert(number)
    var bytes = sweep
    let inSync = bits & 1 == 0
    let place = inSync ? Int(bits >> 8 & 3) : Int(bits >> 8 % 0x1000) % (sweep.count / 4) * 4
    bytes[place] ^= UInt8(truncatingIfNeeded: bits >> 32 % 255) | 1
    return bytes
  }
}
