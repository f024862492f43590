import FluxgateDSP
import Testing

@Suite struct ChainDefinitionTests {
  static let full = ChainDefinition(stages: [
    .calibrate(scale: [1e-15, 2.5e-15], offset: [0, -1e-9]),
    .notch(frequency: 50, q: 30, harmonics: 8), .bandpass(order: 2, low: 1, high: 40),
    .lowpass(order: 4, cutoff: 100), .highpass(order: 1, cutoff: 0.1),
    .decimate(factor: 5, quantum: 1e-16),
  ])

  @Test func `the text is the one that recordings hold`() {
    #expect(
      Self.full.text
        == "fluxgate-chain/1 | calibrate scale=1e-15,2.5e-15 offset=0.0,-1e-09"
        + " | notch frequency=50.0 q=30.0 harmonics=8 | bandpass order=2 low=1.0 high=40.0"
        + " | lowpass order=4 cutoff=100.0 | highpass order=1 cutoff=0.1"
        + " | decimate factor=5 quantum=1e-16")
  }

  @Test func `a text reads back`() throws {
    #expect(try ChainDefinition(text: Self.full.text) == Self.full)
  }

  @Test(arguments: [
    "", "fluxgate-chain/2", "fluxgate-chain/1 | decimate factor=5",
    "fluxgate-chain/1 | decimate quantum=1.0 factor=5",
    "fluxgate-chain/1 | decimate factor=5 quantum=1", "fluxgate-chain/1 |",
    "fluxgate-chain/1 | smooth factor=5 quantum=1.0",
    "fluxgate-chain/1 | calibrate scale=1.0,,2.0 offset=0.0",
    "fluxgate-chain/1 | calibrate scale= offset=0.0",
    "fluxgate-chain/1  | decimate factor=5 quantum=1.0",
  ])
  func `anything but the canonical text is refused`(text: String) {
    #expect(throws: ChainError.self) { try ChainDefinition(text: text) }
  }

  @Test func `a wrong stage is refused at its offset`() {
    #expect(throws: ChainError.syntax(offset: 18)) {
      try ChainDefinition(text: "fluxgate-chain/1 | nothing")
    }
  }

  func error(_ stages: [ChainDefinition.Stage], channels: Int = 2, rate: Double = 1000)
    -> ChainError?
  {
    do throws(ChainError) {
      _ = try StageChain(
        definition: ChainDefinition(stages: stages), type: .int32, channelCount: channels,
        rate: rate)
      return nil
    } catch { return error }
  }

  @Test func `what cannot be built says which stage and which number`() {
    let end = ChainDefinition.Stage.decimate(factor: 5, quantum: 1)
    #expect(error([end]) == nil)
    #expect(error([]) == .misplaced(stage: 0))
    #expect(error([end, end]) == .misplaced(stage: 0))
    #expect(error([.lowpass(order: 1, cutoff: 10)]) == .misplaced(stage: 0))
    #expect(
      error([.lowpass(order: 1, cutoff: 9), .calibrate(scale: [1], offset: [0]), end])
        == .misplaced(stage: 1))
    #expect(
      error([.calibrate(scale: [1, 2, 3], offset: [0]), end])
        == .calibrationCount(stage: 0, expected: 2, found: 3))
    #expect(
      error([.notch(frequency: 450, q: 30, harmonics: 1), end])
        == .frequency(stage: 0, hertz: 450, limit: 450))
    #expect(
      error([.bandpass(order: 2, low: 40, high: 40), end])
        == .frequency(stage: 0, hertz: 40, limit: 40))
    #expect(
      error([.lowpass(order: 13, cutoff: 10), end]) == .parameter(stage: 0, value: 13))
    #expect(error([.decimate(factor: 257, quantum: 1)]) == .parameter(stage: 0, value: 257))
    #expect(error([.decimate(factor: 5, quantum: 0)]) == .parameter(stage: 0, value: 0))
    #expect(error([end], channels: 0) == .channelCount(0))
    #expect(error([end], rate: -1) == .rate(-1))
  }
}
