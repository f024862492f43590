import Foundation
import Testing

@testable import FluxgateDSP

@Suite struct HalfTurnsTests {
  @Test func `agrees with the C library to an ulp of one`() {
    for step in -4000...4000 {
      let x = Double(step) / 1171
      #expect((HalfTurns.sine(x) - sin(.pi * x)).magnitude < 2e-15)
      #expect((HalfTurns.cosine(x) - cos(.pi * x)).magnitude < 2e-15)
    }
  }

  @Test func `quarter turns are exact`() {
    #expect(HalfTurns.sine(1000) == 0)
    #expect(HalfTurns.cosine(1001) == -1)
    #expect(HalfTurns.cosine(0.5) == 0)
    #expect(HalfTurns.sine(-0.5) == -1)
  }
}
