import Foundation
import Testing

@testable import FluxgateLedger

/// Which head a courier asks for, and whom.
struct CourierStateTests {
  private let scratch: Scratch
  private let log: EmbeddedLog
  private let cosigners: [Cosigner]
  private let start = ContinuousClock.now
  private var state: CourierState

  init() throws {
    scratch = try Scratch()
    log = try TestLog.open(scratch)
    cosigners = try (1...3).map { try TestWitness.cosigner("w.example/\($0)", seed: UInt8($0)) }
    let members = cosigners.compactMap {
      WitnessPolicy.Member(key: $0.verifierKey, url: "http://127.0.0.1:1")
    }
    state = CourierState(
      policy: try WitnessPolicy(quorum: 2, members: members), log: log.verifierKey)
  }

  private mutating func grow(_ count: Int = 1, after seconds: Int) throws {
    let size = Int(log.head.size)
    _ = try log.append(TestLog.entries(size..<size + count))
    see(after: seconds)
  }

  private mutating func see(after seconds: Int) {
    state.see(log.checkpoint(), log.head, at: start + .seconds(seconds))
  }

  private func size(_ place: Int, after seconds: Int) -> UInt64? {
    state.errand(for: place, at: start + .seconds(seconds))?.target.checkpoint.size
  }

  private mutating func sign(_ place: Int, after seconds: Int) throws {
    let errand = try #require(state.errand(for: place, at: start + .seconds(seconds)))
    let line = cosigners[place].cosign(errand.target.note.text, at: 1)
    state.note(line, by: place, for: errand.target)
  }

  private mutating func fail(_ place: Int, after seconds: Int) throws {
    let now = start + .seconds(seconds)
    let errand = try #require(state.errand(for: place, at: now))
    state.note(.refused(status: 500), by: place, for: errand.target, at: now)
  }

  @Test mutating func `an empty log is nothing to ask about`() {
    see(after: 0)
    #expect(size(0, after: 0) == nil)
  }

  @Test mutating func `a head is kept in view until a quorum has it, then the newest is`() throws {
    try grow(after: 0)
    try sign(0, after: 0)
    #expect(size(0, after: 0) == nil)
    #expect(state.best == nil)
    try grow(after: 1)
    #expect(size(0, after: 1) == nil)
    #expect(size(1, after: 1) == 1)
    try sign(1, after: 1)
    #expect(try Checkpoint(#require(state.best).text).size == 1)
    see(after: 2)
    #expect([size(0, after: 2), size(1, after: 2), size(2, after: 2)] == [2, 2, 2])
    // Those that signed get the proof from there; the third has nothing yet.
    let from = (0..<3).map { state.errand(for: $0, at: start + .seconds(2))?.from }
    #expect(from == [1, 1, 0])
  }

  @Test mutating func `a head without a quorum is left after a while`() throws {
    try grow(after: 0)
    try sign(0, after: 0)
    try grow(after: 14)
    #expect(size(1, after: 14) == 1)
    see(after: 15)
    #expect(size(0, after: 15) == 2)
  }

  @Test mutating func `a late line still counts for the head it is for`() throws {
    try grow(after: 0)
    let late = try #require(state.errand(for: 2, at: start))
    try sign(0, after: 0)
    try sign(1, after: 0)
    try grow(after: 1)
    state.note(cosigners[2].cosign(late.target.note.text, at: 1), by: 2, for: late.target)
    let best = try #require(state.best)
    #expect(state.policy.trusted.cosigners(of: best, log: log.verifierKey).count == 3)
    #expect(size(2, after: 1) == 2)
  }

  @Test mutating func `one that fails is asked again after growing pauses`() throws {
    try grow(after: 0)
    var time = 0
    for pause in [1, 2, 4, 8, 16, 32, 60, 60] {
      try fail(2, after: time)
      #expect(size(2, after: time + pause - 1) == nil)
      time += pause
      #expect(size(2, after: time) == 1)
    }
    #expect(state.standings[2].fault == .refused(status: 500))
    try sign(2, after: time)
    #expect(state.standings[2].fault == nil)
  }

  @Test mutating func `it is settled by a quorum, or when everyone has been asked`() throws {
    try grow(after: 0)
    let first = log.checkpoint().text
    try sign(0, after: 0)
    #expect(!state.isSettled(first))
    try sign(1, after: 0)
    #expect(state.isSettled(first))
    try grow(after: 1)
    let second = log.checkpoint().text
    for place in 0..<3 {
      #expect(!state.isSettled(second))
      try fail(place, after: 1)
    }
    #expect(state.isSettled(second))
    // And then a newer head need not wait.
    try grow(after: 2)
    #expect(size(0, after: 5) == 3)
  }

  @Test mutating func `lines that the log has from before need not be asked for again`() throws {
    _ = try log.append([[1]])
    let text = log.checkpoint().text
    for cosigner in cosigners.prefix(2) {
      _ = try log.merge(cosigner.cosign(text, at: 1), of: cosigner.verifierKey, under: text)
    }
    see(after: 0)
    #expect(state.best?.text == text)
    #expect([size(0, after: 0), size(1, after: 0), size(2, after: 0)] == [nil, nil, 1])
  }
}
