import FluxgateKernels
import Testing

@Suite struct FilterLanesTests {
  @Test(arguments: ElementType.allCases)
  func `raw rows become scaled lanes relative to their baseline`(type: ElementType) {
    var rows = FloatRows(type: type, channelCount: 9, scale: [0.5], offset: [3])
    let codes = (0..<18).map { Double($0 * $0) }
    let raw = codes.flatMap { bytes($0, type) }
    rows.setBaseline(raw.span.bytes, row: 0)
    var tile = LaneTile(channelCount: 9, rowCapacity: 4)
    rows.convert(raw.span.bytes, firstRow: 0, count: 2, into: &tile)
    for channel in 0..<9 {
      let lanes = (channel / 8) * 4
      #expect(tile.lanes[lanes][channel % 8] == 0)
      #expect(tile.lanes[lanes + 1][channel % 8] == (codes[9 + channel] - codes[channel]) * 0.5)
      #expect(rows.level[channel / 8][channel % 8] == codes[channel] * 0.5 + 3)
    }
    for lane in 1..<8 { #expect(tile.lanes[5][lane] == 0) }
  }

  func bytes(_ value: Double, _ type: ElementType) -> [UInt8] {
    switch type {
    case .int16: withUnsafeBytes(of: Int16(value)) { [UInt8]($0) }
    case .int32: withUnsafeBytes(of: Int32(value)) { [UInt8]($0) }
    case .int64: withUnsafeBytes(of: Int64(value)) { [UInt8]($0) }
    case .float32: withUnsafeBytes(of: Float(value)) { [UInt8]($0) }
    case .float64: withUnsafeBytes(of: value) { [UInt8]($0) }
    }
  }

  @Test func `a cascade equals the difference equation in every lane`() {
    let section = Biquad(b0: 0.5, b1: 0.25, b2: -0.125, a1: -0.5, a2: 0.25)
    var cascade = BiquadCascade(sections: [section], channelCount: 10)
    var tile = LaneTile(channelCount: 10, rowCapacity: 3)
    for group in 0..<2 { tile.lanes[group * 3] = Lanes(repeating: Double(group + 1)) }
    cascade.run(&tile, count: 3)
    // 1, 0, 0 gives 0.5, 0.25 + 0.25, -0.125 - 0.125 + 0.25
    for (row, value) in [0.5, 0.5, 0].enumerated() {
      #expect(tile.lanes[row] == Lanes(repeating: value))
      #expect(tile.lanes[3 + row] == Lanes(repeating: 2 * value))
    }
  }

  @Test func `a history holds the newest inputs, oldest first`() {
    var history = FIRHistory(taps: [100, 10, 1], channelCount: 1)
    var tile = LaneTile(channelCount: 1, rowCapacity: 5)
    for row in 0..<5 { tile.lanes[row] = Lanes(repeating: Double(row + 1)) }
    var sums: [Double] = []
    for row in 0..<5 {
      history.push(tile, row: row)
      sums.append(history.output(group: 0)[0])
    }
    #expect(sums == [1, 12, 123, 234, 345])
    history.reset()
    history.push(tile, row: 0)
    #expect(history.output(group: 0)[0] == 1)
  }
}
