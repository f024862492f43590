import FluxgateSignal

enum Losses {
  static func sum(_ header: BlockHeader) -> UInt64 {
    (0..<header.discontinuityCount).reduce(0) { $0 + header[discontinuity: $1].missing }
  }

  static func outlet(rowsPerBlock: Int = 4, slotCount: Int = 4) -> StreamOutlet {
    let channel = Channel(name: "a", kind: "mag", unit: "T")
    let description = StreamDescription(
      name: "a", kind: .raw, category: .cardiac, sampleType: .int64, channels: [channel],
      rate: 1000)
    return StreamOutlet(
      description: description, rowsPerBlock: rowsPerBlock, slotCount: slotCount)
  }
}
