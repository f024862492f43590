import FluxgateSignal

/// Blocks of int64 rows with as many channels as wished, and what they hold.
enum Rows {
  static func layout(channels: Int = 1, capacity: Int = 4) -> BlockLayout {
    BlockLayout(sampleType: .int64, channelCount: channels, rowCapacity: capacity)
  }

  static func append(_ values: [Int64], to block: inout SampleBlock) {
    block.append(values.span.bytes)
  }

  static func values(of block: borrowing SampleBlock) -> [Int64] {
    block.rows.withUnsafeBytes { raw in
      stride(from: 0, to: raw.count, by: 8).map {
        raw.loadUnaligned(fromByteOffset: $0, as: Int64.self)
      }
    }
  }
}
