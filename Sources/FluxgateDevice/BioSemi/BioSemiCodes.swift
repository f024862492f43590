internal import FluxgateSignal

/// Turns words of sweeps into rows of codes: the inner loop of the acquisition thread.
enum BioSemiCodes {
  /// True when the eight low bits of every word are zero, as the receiver sends them.
  static func areClean(_ sweeps: RawSpan) -> Bool {
    unsafe sweeps.withUnsafeBytes { bytes in
      var seen: UInt32 = 0
      var offset = 0
      while offset + 4 <= bytes.count {
        // SAFETY: offset...offset + 4 lies inside the buffer by the loop's condition.
        seen |= unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
        offset += 4
      }
      return UInt32(littleEndian: seen) & 0xFF == 0
    }
  }

  /// Writes one row for each sweep to the start of `rows`, which has room for them.
  static func fill(
    _ rows: inout [Int32], from sweeps: RawSpan, wordCount: Int, _ stream: BioSemiStreams.Stream
  ) {
    let width = stream.description.channels.count
    let count = sweeps.byteCount / (wordCount * 4)
    precondition(count * width <= rows.count)
    var out = rows.mutableSpan
    for sweep in 0..<count {
      var place = sweep * width
      for run in stream.words {
        precondition(run.upperBound <= wordCount && place + run.count <= out.count)
        copy(
          sweeps, at: (sweep * wordCount + run.lowerBound) * 4, count: run.count, to: place, &out)
        place += run.count
      }
      if stream.hasStatus {
        out[place] = Int32((sweeps.u32(at: (sweep * wordCount + 1) * 4) ?? 0) >> 8)
      }
    }
  }

  /// A word holds a 24-bit number in its upper three bytes.
  private static func copy(
    _ sweeps: RawSpan, at offset: Int, count: Int, to place: Int, _ out: inout MutableSpan<Int32>
  ) {
    precondition(offset >= 0 && offset + count * 4 <= sweeps.byteCount)
    precondition(place >= 0 && place + count <= out.count)
    unsafe sweeps.withUnsafeBytes { source in
      unsafe out.withUnsafeMutableBufferPointer { target in
        for index in 0..<count {
          // SAFETY: both ranges lie inside by the checks above.
          let word = unsafe source.loadUnaligned(fromByteOffset: offset + index * 4, as: Int32.self)
          unsafe target[place + index] = Int32(littleEndian: word) >> 8
        }
      }
    }
  }
}
