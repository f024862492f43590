import FluxgateDSP
import Foundation
import Testing

@Suite struct NoiseFloorTests {
  @Test func `a sine has the published Welch density`() throws {
    var floor = try #require(NoiseFloor(rate: 1024, segmentLength: 1024, band: 9...11))
    let samples = (0..<10_240).map { 2 * sin(2 * Double.pi * 10 * Double($0) / 1024) }
    let estimate = floor.estimate(samples)
    let value = try #require(estimate)
    for (bin, wanted) in [(9, 1.0 / 3), (10, 4.0 / 3), (11, 1.0 / 3)] {
      #expect((floor.density[bin] - wanted).magnitude < 1e-9)
    }
    #expect((value * value - 1.0 / 3).magnitude < 1e-9)
  }

  @Test func `white noise has the density of its variance`() throws {
    var random = Seeded(state: 3)
    var floor = try #require(NoiseFloor(rate: 1000, segmentLength: 256, band: 50...400))
    let samples = (0..<65_536).map { _ in Double.random(in: -1...1, using: &random) }
    let wanted = (1.0 / 3 / 500).squareRoot()
    let estimate = floor.estimate(samples)
    let found = try #require(estimate)
    #expect((found / wanted - 1).magnitude < 0.02)
  }

  @Test func `too few samples or no number give no estimate`() throws {
    var floor = try #require(NoiseFloor(rate: 100, segmentLength: 64, band: 3...20))
    let results = [
      floor.estimate([Double](repeating: 1, count: 63)),
      floor.estimate([Double](repeating: .nan, count: 64)),
      floor.estimate([Double](repeating: 1, count: 64)),
    ]
    #expect(results == [nil, nil, 0])
  }

  @Test func `a band without a bin or a length that is no power of two is refused`() {
    #expect(NoiseFloor(rate: 100, segmentLength: 100, band: 3...20) == nil)
    #expect(NoiseFloor(rate: 100, segmentLength: 64, band: 3.2...3.3) == nil)
    #expect(NoiseFloor(rate: 100, segmentLength: 64, band: 3...51) == nil)
  }
}
