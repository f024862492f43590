import FluxgateSignal
import Testing

@Suite struct AppendLogTests {
  @Test func givesEachElementItsPlace() {
    let log = AppendLog<String>(capacity: 3)
    #expect(log.append("a") == 0)
    #expect(log.append("b") == 1)
    #expect(log.count == 2)
    #expect(log[1] == "b")
    #expect(log.all == ["a", "b"])
  }

  @Test func saysWhenItIsFull() {
    let log = AppendLog<Int>(capacity: 2)
    _ = log.append(1)
    _ = log.append(2)
    #expect(log.append(3) == nil)
    #expect(log.all == [1, 2])
  }

  @Test func letsGoOfItsElements() {
    final class Thing: Sendable {}
    weak var seen: Thing?
    do {
      let thing = Thing()
      seen = thing
      let log = AppendLog<Thing>(capacity: 4)
      _ = log.append(thing)
    }
    #expect(seen == nil)
  }
}
