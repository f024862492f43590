import Testing

@testable import FluxgateSeal

@Suite struct RandomBytesTests {
  @Test func `as many bytes as asked for, never the same`() {
    for count in [0, 1, 16, 33, 5000] { #expect(RandomBytes.make(count).count == count) }
    #expect(Set((0..<1000).map { _ in RandomBytes.make(16) }).count == 1000)
  }
}
