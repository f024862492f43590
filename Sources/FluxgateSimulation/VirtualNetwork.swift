/// What a network may do to datagrams, drawn by chance from a seed.
public struct NetworkFaults: Sendable, Hashable {
  /// Of a thousand datagrams with samples, how many are lost, come twice, or come later than others.
  public var lostPerMille = 0
  public var doubledPerMille = 0
  public var delayedPerMille = 0
  /// Nanoseconds after the start in which this happens: what is lost before the first row that
  /// arrives, or behind the last, nobody can count.
  public var span: Range<Int64> = 0..<Int64.max

  public init() {}
}

/// Loses, doubles and delays datagrams.
struct VirtualNetwork {
  private let faults: NetworkFaults
  private var random: SeededRandom
  /// Datagrams that leave behind so many others.
  private var delayed: [(bytes: [UInt8], left: Int)] = []

  init(_ faults: NetworkFaults, seed: UInt64) {
    self.faults = faults
    random = SeededRandom(seed: seed ^ 0x0DA7)
  }

  /// What arrives when `datagram` is sent `time` nanoseconds after the start; nil when it is lost.
  mutating func carry(_ datagram: [UInt8], at time: Int64) -> [UInt8]? {
    let isFaulty = faults.span.contains(time)
    let draw = Int(random.next() % 1000)
    let copies = Int(random.next() % 4) + 1
    if isFaulty, draw < faults.lostPerMille { return nil }
    var arriving = datagram
    if isFaulty, draw < faults.lostPerMille + faults.doubledPerMille { arriving += datagram }
    if isFaulty, draw >= 1000 - faults.delayedPerMille {
      delayed.append((datagram, copies))
      arriving = []
    }
    return arriving + overtaken()
  }

  /// What is still under way arrives now: nothing takes as long as a restart.
  mutating func settle() -> [UInt8] {
    defer { delayed.removeAll() }
    return delayed.flatMap(\.bytes)
  }

  private mutating func overtaken() -> [UInt8] {
    for index in delayed.indices { delayed[index].left -= 1 }
    defer { delayed.removeAll { $0.left < 0 } }
    return delayed.filter { $0.left < 0 }.flatMap(\.bytes)
  }
}
